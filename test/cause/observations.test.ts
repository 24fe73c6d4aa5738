import { describe, expect, test } from 'vitest';
import { nothingSeen, observations } from '../../src/cause/observations.ts';
import { type Code, codes, isAttemptCode } from '../../src/codes/codes.ts';
import type { AttemptEvent } from '../../src/contracts/attempt.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import type { AttemptInput } from '../../src/runner/attempt-input.ts';
import { buildRecord } from '../../src/runner/build-record.ts';
import { Finding } from '../../src/runner/finding.ts';
import { Steps } from '../../src/runner/steps.ts';
import { toyLibrary } from '../host/toy.ts';

const build = '2.3000.1029241508';
const attemptCodes = (Object.keys(codes) as (keyof typeof codes)[]).filter(isAttemptCode);

function recordOf(code: Code, events: AttemptEvent[], seen: { startedAt?: Date; steps?: Steps } = {}) {
  const packageDir = toyLibrary('ready');
  const input = {
    id: 'toy-0001',
    seed: 1,
    cell: { library: '0.0.1', build, browser: 'none', flow: 'toy', condition: 'none', switches: {}, target: 'replica' },
    flow: { name: 'toy', body: async () => {} },
    library: { label: '0.0.1', version: '0.0.1', packageDir, root: packageDir, integrity: null, source: null },
    surface: resolveSurface(build),
    deadlineFactor: 1,
  } as unknown as AttemptInput;
  return buildRecord(input, {
    startedAt: new Date(),
    durationMs: 5_000,
    thrown: new Finding(code, 'it did not happen', code === 'message-lost' ? 'message' : null),
    steps: new Steps(1, () => {}),
    ...seen,
    events,
    loaded: null,
    methods: [],
    eventTrials: [],
    stages: [],
    page: { debugVersion: null, userAgent: null, browserVersion: null },
    browserMemoryBytes: null,
  });
}

describe('every failed attempt has evidence', () => {
  test.each(attemptCodes)('%s, where something was seen', (code) => {
    const events = [{ at: 1_200, type: 'client:ready', detail: null }];
    expect(recordOf(code, events).cause?.evidence).not.toEqual([]);
  });

  test.each(attemptCodes)('%s, where nothing was seen at all', (code) => {
    expect(recordOf(code, []).cause?.evidence).not.toEqual([]);
  });
});

test('what a flow did after the failure is no evidence of it', async () => {
  const startedAt = new Date();
  const steps = new Steps(1, () => {});
  await steps.run('message', () => Promise.reject(new Finding('message-lost', 'gone'))).catch(() => {});
  await steps.run('close', async () => {});
  const events = [
    { at: 0, type: 'client:message', detail: null },
    { at: 60_000, type: 'client:message', detail: null },
  ];
  const { cause } = recordOf('message-lost', events, { startedAt, steps });
  expect(cause?.evidence).toEqual(['At 0 ms the library emitted `message`.']);
});

test('a lost message is shown from all sides: what the phone sent, what the page had, what the library emitted', () => {
  const events: AttemptEvent[] = [
    { at: 900, type: 'client:ready', detail: null },
    { at: 1_000, type: 'replica:message-to-devices', detail: { id: '3AAA', devices: 1, live: 1, length: 4 } },
    { at: 1_020, type: 'replica:message-receipt', detail: { ids: ['3AAA'], device: 1, ack: 2 } },
    {
      at: 1_050,
      type: 'client:message_create',
      detail: { idType: 'string', fromMe: true, type: 'chat', bodyLength: 7, ack: undefined },
    },
    { at: 6_000, type: 'phase:message', detail: { ms: 5_000 } },
  ];
  expect(observations('message-lost', events)).toEqual([
    "At 1.0 s the phone's text 3AAA went to 1 linked device, 1 of them online.",
    'At 1.0 s the page confirmed ack 2 for 3AAA.',
    'At 1.1 s the library emitted `message_create` for a sent text of 7 characters.',
  ]);
  expect(observations('duplicate-ready', events)).toEqual(['At 900 ms the library emitted `ready`.']);
});

test('evidence is cut to its newest sentences and says so', () => {
  const events = Array.from({ length: 40 }, (_, n) => ({ at: n, type: 'client:ready', detail: null }));
  const seen = observations('duplicate-ready', events);
  expect(seen).toHaveLength(13);
  expect(seen[0]).toBe('28 earlier events of the same kind are in the record.');
  expect(seen.at(-1)).toBe('At 39 ms the library emitted `ready`.');
});

test('an attempt of which nothing was seen says that', () => {
  expect(observations('message-lost', [])).toEqual([nothingSeen]);
});

test('a warning of too many listeners is evidence with the line of the library that adds them', () => {
  const message =
    'Possible EventEmitter memory leak detected. 11 message_edit listeners added to [Client]. MaxListeners is 10';
  const stack = `MaxListenersExceededWarning: ${message}\n    at genericNodeError (node:internal/errors:983:15)\n    at /x/node_modules/whatsapp-web.js/src/Client.js:664:12`;
  const events = [
    { at: 100, type: 'client:ready', detail: null },
    { at: 1_200, type: 'host:warning', detail: { name: 'MaxListenersExceededWarning', message, stack } },
  ];
  expect(observations('listener-leak', events)).toEqual([`At 1.2 s Node warned of src/Client.js:664: ${message}.`]);
});
