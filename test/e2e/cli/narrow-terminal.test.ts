import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { reportSchema } from '../../../src/contracts/run.ts';
import { ownHome } from '../../support/own-home.ts';
import { inTerminal } from '../../support/pseudo-terminal.ts';

const columns = 60;
const home = ownHome();
const build = '2.3000.1032534684';
const reports = ['before.json', 'after.json'].map((file) => join(home, file));

/** What the command shows in a terminal of 60 columns, as lines without what was drawn over. */
async function linesOf(...args: string[]): Promise<{ exit: number; lines: string[] }> {
  const command = [process.execPath, join(packageRoot, 'src', 'cli', 'main.ts'), ...args];
  const { CI: _, ...env } = process.env;
  const run = inTerminal(command, { ...env, WWEBJS_CANARY_HOME: home }, columns);
  const exit = await run.ended;
  return { exit, lines: stripVTControlCharacters(run.output).split(/\r?\n/) };
}

/** A word as long as a path cannot be broken; everything else can. */
function tooWide(lines: readonly string[]): string[] {
  const isLongWord = (text: string) => !text.includes(' ') && text.length > columns - 10;
  return lines.filter((line) => line.length > columns && !isLongWord(line.replace(/ \\$/, '').trim()));
}

const run = (report: string, ...more: string[]) =>
  linesOf(
    'run',
    '--library',
    '1.34.2,1.34.7',
    '--build',
    build,
    '--flow',
    'qr-to-ready',
    ...more,
    '--reporter',
    `list,json=${report}`,
  );

let shown: Awaited<ReturnType<typeof linesOf>>;
beforeAll(async () => {
  shown = await run(reports[0] as string, '--ignore-expectations');
});

test('run: progress, the table, the causes and the command that repeats a cell', () => {
  expect(shown.exit, shown.lines.join('\n')).toBe(1);
  expect(shown.lines.join(' ')).toMatch(
    /library.*1\.34\.2 .*✗ no-ready.*Causes.*Not as expected.*npx wwebjs-canary run/,
  );
  expect(shown.lines.filter((line) => line.endsWith(' \\')).length).toBeGreaterThan(0);
  expect(tooWide(shown.lines)).toEqual([]);
});

test('surface check', async () => {
  const { exit, lines } = await linesOf('surface', 'check', '1.34.2', '--build', build);
  expect(lines.join('\n')).toContain('WAWebCollections.Call');
  expect(exit).toBe(1);
  expect(tooWide(lines)).toEqual([]);
});

test('advise', async () => {
  const { exit, lines } = await linesOf('advise', '--current', '1.34.2', '--build', build);
  expect(lines.join(' ')).toContain('The nearest version that works is 1.34.7');
  expect(exit).toBe(0);
  expect(tooWide(lines)).toEqual([]);
});

test('report diff', async () => {
  const [before, after] = reports as [string, string];
  const report = reportSchema.parse(JSON.parse(readFileSync(before, 'utf8')));
  expect(report.summary).toMatchObject({ passed: 1, failed: 1 });
  await run(after, '--condition', 'throwing-require');
  const { lines } = await linesOf('report', 'diff', before, after);
  expect(lines.join('\n')).toMatch(/only in the first run \(2\).*1\.34\.2 on/s);
  expect(tooWide(lines)).toEqual([]);
});

test('gate --run', async () => {
  const { exit, lines } = await linesOf(
    ...['gate', '--baseline', '1.34.7', '--candidate', '1.34.2', '--build', build, '--flow', 'qr-to-ready', '--run'],
  );
  expect(exit, lines.join('\n')).toBe(1);
  expect(lines.join('\n')).toMatch(/✗ block: 1\.34\.2 against 1\.34\.7.*What failed:.*block \(exit code 1\)/s);
  expect(tooWide(lines)).toEqual([]);
});

test('the help of every command', async () => {
  for (const args of [[], ['run'], ['gate'], ['watch'], ['serve'], ['report', 'merge'], ['init']]) {
    const { lines } = await linesOf(...args, '--help');
    expect(tooWide(lines), args.join(' ')).toEqual([]);
  }
});
