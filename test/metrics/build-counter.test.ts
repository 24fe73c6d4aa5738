import { expect, test } from 'vitest';
import { BuildCounter } from '../../src/metrics/build-counter.ts';
import { families } from '../../src/metrics/families.ts';
import { Instruments } from '../../src/metrics/instruments.ts';

/** Counts a link on each of these builds, of which `most` are shown; what Prometheus reads after that. */
async function counted(builds: readonly string[], most: number, limit?: number): Promise<string[]> {
  const { registry, family, counter } = counterOf(most, limit);
  for (const build of builds) counter.inc({ library: '1.34.7', build, outcome: 'ready', code: '' });
  const text = await registry.metrics();
  const own = text.split('\n').filter((line) => line.startsWith(`${family.name}{`));
  return own.map((line) => `${/build="(.*?)"/.exec(line)?.[1]} ${line.split(' ').at(-1)}`).sort();
}

function counterOf(most: number, limit: number = families.buildLinkAttempts.limit) {
  const instruments = new Instruments();
  const family = { ...families.buildLinkAttempts, limit };
  return { registry: instruments.registry, family, counter: new BuildCounter(instruments.counter(family), most) };
}

test('the builds that were counted last are shown, whichever came first', async () => {
  expect(await counted(['1', '2', '1', '3'], 2)).toEqual(['1 2', '3 1']);
  expect(await counted(['1', '2', '3', '4'], 2)).toEqual(['3 1', '4 1']);
});

test('a build that comes back goes on where it was, with everything that was counted of it', async () => {
  const { registry, counter } = counterOf(1);
  const ready = { library: '1.34.7', build: 'old', outcome: 'ready', code: '' } as const;
  const failed = { ...ready, outcome: 'failed', code: 'ready-timeout' } as const;
  for (const labels of [ready, ready, failed, { ...ready, build: 'new' }]) counter.inc(labels);
  expect(await registry.metrics()).not.toContain('build="old"');
  counter.inc(ready);
  const text = await registry.metrics();
  expect(text).toContain('build="old",outcome="ready",code=""} 3');
  expect(text).toContain('build="old",outcome="failed",code="ready-timeout"} 1');
  expect(text).not.toContain('build="new"');
});

test('builds that are shown no more leave their room under the limit of the family to new ones', async () => {
  const builds = Array.from({ length: 50 }, (_, i) => String(100 + i));
  expect(await counted(builds, 3, 4)).toEqual(['147 1', '148 1', '149 1']);
  expect(await counted(builds, 50, 4)).toEqual(['100 1', '101 1', '102 1', '103 1', 'overflow 46']);
});
