import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { causeLine, groupCauses } from '../../src/report/causes.ts';
import { RunTally } from '../../src/report/run-tally.ts';
import { renderTable } from '../../src/report/table.ts';
import { exampleCells, failedAttempt, passedAttempt, planned, playRun } from '../fixtures/example-run.ts';

async function summaries(cells = exampleCells()) {
  const tally = new RunTally();
  await playRun(cells, [tally]);
  return tally.cells;
}

test('the table shows every cell with a symbol and words', async () => {
  expect(renderTable(await summaries(), 120)).toMatchInlineSnapshot(`
    "browser current, flow qr-to-ready
    library  2.3000.1032534684  2.3000.1044822804
    1.25.0   ✗ no-ready         ✗ no-ready ?
    1.34.7   ✓ 2.7 s            ! harness-error

    browser 107, flow qr-to-ready
    library  2.3000.1032534684
    1.34.7   ·

    ✓ passed, with the time to ready
    ✗ failed, with what happened
    ! harness or machine trouble: says nothing about the library
    · not run
    ? not as expected"
  `);
});

test('a table that is too wide goes on below itself', async () => {
  const lines = renderTable(await summaries(), 40).split('\n');
  expect(Math.max(...lines.slice(0, 7).map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => line.startsWith('library'))).toHaveLength(3);
});

test('a table fits 60 columns, also beside the label of a library of the user', async () => {
  const library = '1.34.7+a-fork-with-a-long-name.g1a2b3c4d.dirty.0a1b2c3d';
  const cells = [...exampleCells(), { planned: planned({ library }), attempts: [failedAttempt()] }];
  const lines = renderTable(await summaries(cells), 60).split('\n');
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
  expect(lines[lines.indexOf(library) + 1]).toBe('  ✗ no-ready ?');
});

test('a cell with several attempts says how many failed', async () => {
  const cells = [{ planned: planned({}, null, 3), attempts: [passedAttempt(), failedAttempt(), passedAttempt()] }];
  expect(renderTable(await summaries(cells), 120)).toContain('✗ no-ready 1/3 ?');
});

test('cells that failed for the same reason share one line', async () => {
  expect(groupCauses(await summaries()).map(causeLine)).toMatchInlineSnapshot(`
    [
      "no-ready  WAWebUserPrefsMeUser.getMeUser is missing  src/Client.js:262  2 cells: 1.25.0 on 2.3000.1032534684, 2.3000.1044822804",
      "harness-error  the disk is full  1 cell: 1.34.7 on 2.3000.1044822804",
    ]
  `);
});

test('painting does not change where columns stand', async () => {
  const cells = await summaries();
  const painted = renderTable(cells, 120, (text) => `\u001b[31m${text}\u001b[39m`);
  expect(painted).toContain('\u001b[31m');
  expect(stripVTControlCharacters(painted)).toBe(renderTable(cells, 120));
});

test('the same message about different builds is one cause', async () => {
  const builds = ['2.3000.1026515401', '2.3000.1029241508'];
  const cells = builds.map((build) => ({
    planned: planned({ build }),
    attempts: [failedAttempt({ cause: { message: `the icon never appears on build ${build}`, evidence: [] } })],
  }));
  expect(groupCauses(await summaries(cells)).map(causeLine)).toEqual([
    `no-ready  the icon never appears on the build  2 cells: 1.34.7 on ${builds.join(', ')}`,
  ]);
});
