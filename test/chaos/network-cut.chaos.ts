import { expect, test } from 'vitest';
import { excessMs } from './loop-delay.ts';
import { networkCut } from './network-cut.ts';

const minuteMs = 60_000;

test.each(['refuse', 'silent'] as const)(
  'the network is cut (%s) for five minutes: all sessions are back within six minutes of its return, without a person',
  async (how) => {
    const result = await networkCut({ how, sessions: 64, cutMs: 5 * minuteMs, slots: 4 });
    console.log(JSON.stringify(result));
    expect(result.needingAttention).toBe(0);
    expect(result.loopDelayMs.instance).toBeLessThan(result.loopDelayMs.idle + excessMs);
    expect(result.backMs).toBeLessThan(6 * minuteMs);
  },
);
