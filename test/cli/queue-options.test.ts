import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type CliResult, cli } from './cli.ts';

beforeEach(() => {
  vi.unstubAllEnvs();
});

const gate = ['gate', '--baseline', '1.34.7', '--candidate', '1.34.2'];
/** How `gate` ends on an empty store. */
const nothingToJudge = [3, expect.stringMatching(/^error: --baseline 1.34.7: the store has no attempt of it/)];
/** Nothing listens there. */
const nowhere = 'redis://127.0.0.1:1';

test.each([[['worker']], [['run']], [['nightly']], [['exporter']], [[...gate, '--run']]])(
  '%j refuses a wrong address of a queue without repeating its password',
  async (command) => {
    const given = await cli([...command, '--queue', 'http://me:hunt@er2@queue']);
    expect([given.exit, given.stderr]).toEqual([
      3,
      expect.stringMatching(/^error: --queue http:\/\/queue: it has to be/),
    ]);
    vi.stubEnv('WWEBJS_CANARY_QUEUE', 'me:hunter2@queue');
    const named = await cli(command);
    expect([named.exit, named.stderr]).toEqual([3, expect.stringMatching(/^error: --queue queue: it has to be/)]);
  },
);

test('evidence without a queue is refused as an option, and not as a variable', async () => {
  const refused = await cli([...gate, '--evidence', '/mnt/evidence']);
  expect([refused.exit, refused.stderr]).toEqual([3, 'error: --evidence /mnt/evidence: it goes with --queue\n']);
  vi.stubEnv('WWEBJS_CANARY_EVIDENCE', '/mnt/evidence');
  const { exit, stderr } = await cli(gate);
  expect([exit, stderr]).toEqual(nothingToJudge);
});

test('as many attempts at the same time as a fleet has slots can be asked for', async () => {
  const { exit, stderr } = await cli(['run', '--queue', nowhere, '--slots', '1000', '--resume', 'none']);
  expect([exit, stderr]).toEqual([3, 'error: --resume none: the store has no such run\n']);
});

/** The command line where the optional packages are not installed: Node looks for them where there are none. */
function cliWithoutPackages(...args: string[]): Promise<CliResult> {
  const hook = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) =>
  next(name, /^(bullmq|ioredis|@aws-sdk\\/credential-provider-node)$/.test(name) ? { ...context, parentURL: 'file:///' } : context) });`;
  const preloaded = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const env = { ...process.env, WWEBJS_CANARY_HOME: temporaryFolder() };
  return new Promise((resolve) => {
    const main = join(packageRoot, 'src', 'cli', 'main.ts');
    const child = execFile(process.execPath, [...preloaded, main, ...args], { env }, (_error, stdout, stderr) =>
      resolve({ exit: child.exitCode, stdout, stderr }),
    );
  });
}

test.each([['worker'], ['run'], ['exporter']])('%s --queue says which packages are missing', async (command) => {
  const { exit, stderr } = await cliWithoutPackages(command, '--queue', nowhere);
  expect([exit, stderr]).toEqual([
    4,
    'error: --queue needs two more packages: npm install bullmq@^6.7.0 ioredis@^6.0.0\n',
  ]);
});

test('without --queue these packages are not needed', async () => {
  const { exit, stderr } = await cliWithoutPackages(...gate);
  expect([exit, stderr]).toEqual(nothingToJudge);
});

test('credentials of a role say which package is missing', async () => {
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/token');
  const address = 's3://bucket/merged.blob?endpoint=http://127.0.0.1:1';
  const { exit, stderr } = await cliWithoutPackages('report', 'merge', address);
  expect([exit, stderr]).toEqual([
    4,
    expect.stringMatching(/AWS_WEB_IDENTITY_TOKEN_FILE need one more package: npm install @aws-sdk/),
  ]);
});
