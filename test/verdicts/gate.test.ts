import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verdictSchema } from '../../src/contracts/verdict.ts';
import { gate, InputError, type RunReport } from '../../src/index.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { countCells, summarizeReport } from '../../src/words/cell-summary.ts';
import { cli } from '../cli/cli.ts';
import { exampleRun, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const [baseline, candidate] = ['1.33.2', '1.34.2'];
const choice = { build: ['2.3000.1029241508'], flow: ['qr-to-ready'] };

/** A report in which both versions pass every attempt. */
function reportOf(repeat: number): RunReport {
  const { startedAt } = exampleRun;
  const plan = readPlan({ choice: { ...choice, library: [baseline, candidate], browser: ['current'] } });
  const cells = plan.map(({ cell }) => {
    const attempts = Array.from({ length: repeat }, () => passedAttempt({ startedAt }));
    return { ...cell, expectation: null, surprise: false, attempts };
  });
  const run = { ...exampleRun, finishedAt: startedAt };
  return { schemaVersion: 1, run, cells, summary: countCells(cells.map(summarizeReport)) };
}

describe('gate() of the package', () => {
  test('judges a report in memory as the command judges its file', async () => {
    const report = reportOf(80);
    const folder = temporaryFolder();
    const [file, written] = [join(folder, 'report.json'), join(folder, 'verdict.json')];
    writeFileSync(file, JSON.stringify(report));
    const verdict = await gate({ baseline, candidate, ...choice, attempts: [report] });
    expect(verdict.verdict).toBe('promote');
    const args = ['--baseline', baseline, '--candidate', candidate, '--build', choice.build[0] as string];
    const options = ['--flow', 'qr-to-ready', '--attempts', file, '--reporter', `json=${written}`];
    expect((await cli(['gate', ...args, ...options])).exit).toBe(0);
    expect(verdictSchema.parse(JSON.parse(readFileSync(written, 'utf8')))).toEqual(verdictSchema.parse(verdict));
  });

  test('takes a policy of the program: too few attempts for it promote nothing', async () => {
    const policy = { ...defaultPolicy, name: 'strict', success: { ...defaultPolicy.success, marginPoints: 6 } };
    const verdict = await gate({ baseline, candidate, ...choice, attempts: [reportOf(80)], policy });
    expect(verdict).toMatchObject({ verdict: 'inconclusive', policy: { name: 'strict' } });
  });

  test.each([
    ['no candidate', { baseline } as never, /gate needs --candidate VERSION/],
    ['a report that is none', { baseline, candidate, attempts: [{} as RunReport] }, /^attempts: /],
    [
      'a version without attempts',
      { baseline, candidate: '1.34.7', attempts: [reportOf(1)] },
      /--candidate 1\.34\.7: run .* has no attempt/,
    ],
    ['a policy that is none', { baseline, candidate, policy: { name: 'x' } as never }, /^policy: /],
    [
      'a build of the live site, which no attempt can choose',
      { baseline, candidate, target: 'live' as const, build: choice.build, attempts: [reportOf(1)] },
      /^--build: on the live site it is what WhatsApp serves/,
    ],
    [
      'a matrix for the live site, of which it names no cell',
      { baseline, candidate, target: 'live' as const, config: 'matrix.yaml', attempts: [reportOf(1)] },
      /^--config: no matrix names cells of the live site/,
    ],
    ['attempts to make and to judge', { baseline, candidate, run: true, attempts: [] }, /give one of them/],
  ])('refuses %s', async (_what, options, message) => {
    await expect(gate(options)).rejects.toThrow(message);
    await expect(gate(options)).rejects.toBeInstanceOf(InputError);
  });
});
