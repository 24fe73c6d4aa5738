import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type JudgedAttempt, judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import { openStore } from '../../src/store/open-store.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const byId = (a: JudgedAttempt, b: JudgedAttempt) => (a.id < b.id ? -1 : 1);

const attempts = [
  { cell: exampleCell(), attempt: passedAttempt({ phases: { launch: 640.1, page: 210.2, qr: 480.7, ready: 890.3 } }) },
  { cell: exampleCell(), attempt: failedAttempt() },
  { cell: exampleCell({ build: '2.3000.1044822804' }), attempt: passedAttempt() },
  { cell: exampleCell({ library: '1.34.2', flow: 'restore-to-ready' }), attempt: passedAttempt() },
  { cell: exampleCell({ library: '1.34.2', target: 'live' }), attempt: failedAttempt({ phases: {} }) },
];

it('what is judged of a stored attempt is what is judged of its record, for the versions, builds and flows asked for', async () => {
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  await store.runs.add(exampleRun);
  for (const { cell, attempt } of attempts) await store.attempts.add(exampleRun.id, cell, attempt);
  const libraries = [...new Set(attempts.map(({ cell }) => cell.library))].sort();
  const read = async (filter: Parameters<typeof store.attempts.judged>[0]) => {
    const found: JudgedAttempt[] = [];
    for await (const page of store.attempts.judged(filter)) found.push(...page);
    return found.sort(byId);
  };

  const all = attempts
    .map(({ cell, attempt }) => judgedAttempt(cell, attempt))
    // It is read apart, once for all attempts of a cell.
    .map(({ doubt: _, ...judged }) => judged)
    .sort(byId);
  expect(await read({ libraries, target: 'replica' })).toEqual(all.filter(({ cell }) => cell.target === 'replica'));
  expect(await read({ libraries, target: 'live' })).toEqual(all.filter(({ cell }) => cell.target === 'live'));
  const [first] = all;
  const { library, build, flow, target } = (first as JudgedAttempt).cell;
  expect(await read({ libraries: [library], builds: [build], flows: [flow], target })).toEqual(
    all.filter(({ cell }) => cell.library === library && cell.build === build && cell.flow === flow),
  );
  expect(await read({ libraries, flows: ['no-such-flow'], target: 'replica' })).toEqual([]);
  expect(await store.attempts.libraries()).toEqual(libraries);
  await store.close();
});
