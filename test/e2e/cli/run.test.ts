import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { reportSchema } from '../../../src/contracts/run.ts';
import { stagedFlow, stageFlows } from '../../../src/contracts/stages.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { cli } from '../../cli/cli.ts';
import { ownHome } from '../../support/own-home.ts';

const cell = ['--library', '1.34.7', '--build', '2.3000.1029241508', '--browser', 'current', '--flow', 'qr-to-ready'];
const readReport = (file: string) => reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

test('run: a version that works links and passes all stages, is in every report and stays in the store', async () => {
  const works = ['--library', '1.34.7', '--build', '2.3000.1032534684'];
  const folder = ownHome();
  const out = join(folder, 'out');
  const targets = `list,json=${out}/r.json,junit=${out}/r.xml,html=${out}/html,markdown=${out}/r.md,blob=${out}/r.blob`;
  const { exit, stdout, stderr } = await cli(['run', ...works, '--seed', '5', '--reporter', targets], folder);
  expect(stderr).toContain('[2/2] ✓ 1.34.7 on 2.3000.1032534684');
  expect(stdout).toMatch(
    /On build 2\.3000\.1032534684 \(.*, \d+ days old\) 1\.34\.7 works \(link 1 of 1, pass all stages 1 of 1\)\./,
  );
  expect(exit).toBe(0);

  const report = readReport(join(out, 'r.json'));
  expect(report.cells.map(({ flow }) => flow)).toEqual(['qr-to-ready', stagedFlow]);
  const [, staged] = report.cells.map(({ attempts }) => attempts[0]);
  expect(staged?.stages.map(({ flow, outcome }) => [flow, outcome])).toEqual(
    stageFlows.map((flow) => [flow, 'passed']),
  );
  expect(new Set(staged?.spans.map(({ stage }) => stage))).toEqual(new Set([...stageFlows, undefined]));
  expect(staged?.stages.map(({ methods }) => methods.includes('Client.sendMessage'))).toEqual([
    ...[false, true, true, false, false],
  ]);
  expect(report.summary).toEqual({ cells: 2, passed: 2, failed: 0, infra: 0, surprises: 0 });
  expect(report.run.seed).toBe(5);
  const store = await openStore(join(folder, 'store.sqlite'));
  const stored = await Array.fromAsync(store.attempts.read({ runId: report.run.id }));
  await store.close();
  const made = report.cells.flatMap(({ attempts }) => attempts);
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  expect(stored.map(({ attempt }) => attempt).sort(byId)).toEqual(made.sort(byId));

  const merged = await cli(['report', 'merge', join(out, 'r.blob'), '--reporter', `json=${out}/merged.json`], folder);
  expect(merged.exit).toBe(0);
  // The store knows how many attempts were made on the live site; blobs do not.
  expect(report.builds).toMatchObject([{ origin: { names: { from: 'changes' } }, live: { passed: 0, failed: 0 } }]);
  const builds = report.builds?.map((build) => ({ ...build, live: null }));
  expect(readReport(join(out, 'merged.json'))).toEqual({ ...report, builds });
});

test('run: without expectations a version that fails is unexpected: code 1; --last-failed repeats it and nothing else', async () => {
  const folder = ownHome();
  const out = join(folder, 'r.json');
  const args = [
    '--library',
    '1.25.0,1.34.7',
    '--build',
    '2.3000.1029241508',
    '--browser',
    'current',
    '--flow',
    'qr-to-ready',
    '--ignore-expectations',
  ];
  const { exit } = await cli(['run', ...args, '--reporter', `json=${out}`], folder);
  expect(exit).toBe(1);
  expect(readReport(out).cells[0]).toMatchObject({
    surprise: true,
    expectation: null,
    attempts: [{ code: 'no-ready' }],
  });
  const again = await cli(['run', '--last-failed', '--reporter', `json=${out}`], folder);
  expect(again.exit).toBe(0);
  expect(readReport(out).cells).toMatchObject([
    { library: '1.25.0', surprise: false, expectation: { outcome: 'failed' }, attempts: [{ code: 'no-ready' }] },
  ]);
});

test('a store that takes no attempt: the report has it all the same, a file keeps it, code 4', async () => {
  const folder = ownHome();
  const out = join(folder, 'r.json');
  await (await openStore(join(folder, 'store.sqlite'))).close();
  const database = new DatabaseSync(join(folder, 'store.sqlite'));
  database.exec("create trigger broken before insert on attempts begin select raise(abort, 'no'); end");
  database.close();
  const { exit, stderr } = await cli(['run', ...cell, '--reporter', `json=${out}`], folder);
  const { cells, run } = readReport(out);
  expect(cells[0]?.attempts).toHaveLength(1);
  const spilled = join(folder, 'runs', run.id, 'attempts-not-in-store.jsonl');
  expect(stderr).toContain(`Attempts that are not in the store: ${spilled}`);
  expect(JSON.parse(readFileSync(spilled, 'utf8')).attempt).toEqual(cells[0]?.attempts[0]);
  expect(exit).toBe(4);
});

test('Ctrl-C: what is finished is kept and reported: code 4', async () => {
  const folder = ownHome();
  const out = join(folder, 'r.json');
  const args = ['run', ...cell, '--repeat', '5', '--slots', '1', '--reporter', `list,json=${out}`];
  const child = spawn(process.execPath, [join(packageRoot, 'src', 'cli', 'main.ts'), ...args], {
    env: { ...process.env, WWEBJS_CANARY_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await sees(child, '[1/5]');
  const asked = performance.now();
  child.kill('SIGINT');
  const [exit] = await once(child, 'exit');
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(exit).toBe(4);
  const { cells, run } = readReport(out);
  expect(cells[0]?.attempts[0]).toMatchObject({ outcome: 'passed' });
  expect(cells[0]?.attempts.length).toBeLessThan(5);
  expect(run.finishedAt).toBeNull();
  expect(existsSync(join(folder, 'store.sqlite'))).toBe(true);
});

async function sees(child: ChildProcess, words: string): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      text += chunk;
      if (text.includes(words)) resolve();
    });
    child.on('exit', () => reject(new Error(`it ended without saying ${words}: ${text}`)));
  });
}
