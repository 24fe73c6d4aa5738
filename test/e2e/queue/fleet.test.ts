import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { reportSchema } from '../../../src/contracts/run.ts';
import { cli } from '../../cli/cli.ts';
import { ownHome } from '../../support/own-home.ts';
import { startPrivateRedis } from '../../support/private-redis.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { atFileEnd } from '../../temporary-folders/at-file-end.ts';

function worker(args: readonly string[], home: string): ChildProcess {
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const env = { ...process.env, WWEBJS_CANARY_HOME: home };
  const child = spawn(process.execPath, [main, 'worker', ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  atFileEnd(() => child.kill('SIGKILL'));
  return child;
}

test('a worker with a home of its own makes real attempts; their records and files are in the home of the run', async () => {
  const { url } = await startPrivateRedis();
  const evidence = temporaryFolder();
  const shared = ['--queue', url, '--evidence', evidence];
  const child = worker([...shared, '--browser', 'current', '--slots', '2', '--name', 'one'], ownHome());
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
  expect(JSON.parse(line as string)).toMatchObject({ worker: 'one', slots: 2, serves: { browsers: ['current'] } });
  const home = temporaryFolder();
  const report = join(home, 'report.json');
  const cells = ['--library', '1.34.7,1.25.0', '--build', '2.3000.1032534684', '--flow', 'qr-to-ready'];
  const run = await cli(['run', ...shared, ...cells, '--reporter', `list,json=${report}`], home);
  expect(run.stderr).toContain('2 cells, 2 attempts, 2 at a time');
  expect(run.exit).toBe(0);
  const { run: info, cells: made } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  expect(made.map(({ library, attempts }) => [library, attempts.map(({ outcome }) => outcome)])).toEqual([
    ['1.25.0', ['failed']],
    ['1.34.7', ['passed']],
  ]);
  const failed = made[0]?.attempts[0]?.artifacts ?? '';
  expect(existsSync(join(home, 'runs', info.id, failed, 'trace.json'))).toBe(true);
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});
