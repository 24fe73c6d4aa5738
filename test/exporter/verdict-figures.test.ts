import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Verdict } from '../../src/contracts/verdict.ts';
import { VerdictFigures } from '../../src/exporter/verdict-figures.ts';
import { families } from '../../src/metrics/families.ts';
import { Instruments } from '../../src/metrics/instruments.ts';
import { openStore } from '../../src/store/open-store.ts';
import { attempts, defaultPolicy, verdictOn } from '../gate/evidence-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const at = '2026-01-10T00:00:00.000Z';
const broken = [...attempts('old', 20, 0), ...attempts('new', 0, 20)];

/** The samples with value 1 after these verdicts were kept, one after the other. */
async function served(...verdicts: Verdict[]): Promise<string[]> {
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  for (const verdict of verdicts) await store.verdicts.add(verdict, at);
  const instruments = new Instruments();
  await new VerdictFigures(store, instruments, defaultPolicy).refresh();
  await store.close();
  const text = await instruments.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('wwebjs_gate_verdict{') && line.endsWith(' 1'));
}

test('a verdict by another policy does not take the place of the one by the policy that is served', async () => {
  const lax = { ...defaultPolicy, success: { ...defaultPolicy.success, marginPoints: 99, looks: [1, 2] } };
  const promoted = {
    ...verdictOn(attempts('old', 2, 0).concat(attempts('new', 2, 0)), lax),
    verdict: 'promote' as const,
  };
  expect(await served(verdictOn(broken), promoted)).toEqual([
    'wwebjs_gate_verdict{baseline="old",candidate="new",verdict="block",target="replica"} 1',
  ]);
  expect(await served(promoted)).toEqual([]);
});

test('with more pairs than the family has room for, the oldest ones make way', async () => {
  const pairs = families.gateVerdictTime.limit + 5;
  const verdicts = Array.from({ length: pairs }, (_, i) => ({ ...verdictOn([]), candidate: `1.0.${i}` }));
  const lines = await served(...verdicts);
  expect(lines).toHaveLength(families.gateVerdictTime.limit);
  expect(lines.join('\n')).toContain(`candidate="1.0.${pairs - 1}"`);
  expect(lines.join('\n')).not.toMatch(/overflow|candidate="1\.0\.4"/);
});
