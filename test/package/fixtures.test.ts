import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { home, packageRoot } from '../../src/contracts/home.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { documentedCommands, documentedProgram, tryRunner } from './documented-bot.ts';
import { installInto, pack, type UserProject } from './installed-package.ts';

const { devDependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
/** Not a dependency of this project, which has no test that uses it besides this one. */
const jest = '30.5.2';

let tarball: string;
beforeAll(async () => {
  ({ tarball } = await pack());
});

describe('a fixture, with its runner installed beside the package', () => {
  let project: UserProject;
  beforeAll(async () => {
    const playwright = `@playwright/test@${devDependencies['@playwright/test']}`;
    const types = `@types/node@${devDependencies['@types/node']}`;
    project = await installInto(tarball, ['--ignore-scripts', `jest@${jest}`, playwright, types]);
    const { packageDir } = await ensureLibrary('1.34.7', () => {});
    symlinkSync(packageDir, join(project.folder, 'node_modules', 'whatsapp-web.js'));
    symlinkSync(join(packageRoot, 'node_modules', 'vitest'), join(project.folder, 'node_modules', 'vitest'));
  });

  test.each(['jest', 'playwright', 'node', 'node, without a fixture'] as const)(
    '%s: passes, fails with a broken bot, and fails at a stub',
    (runner) => tryRunner(project.folder, runner),
  );

  test.each(['vitest', 'jest', 'playwright'])(
    '%s: its types hold under strict settings, with those of the library',
    async (runner) => {
      const program = `
import { type ReplicaClientOptions, withLinkedClient } from 'wwebjs-canary';
import { clientTest } from 'wwebjs-canary/${runner}';
import { Client } from 'whatsapp-web.js';
const createBot = (options: ReplicaClientOptions) => new Client(options);
const test = clientTest(createBot, { build: '2.3000.1032534684', phones: ['15550100123'], testMs: 60_000 });
test('answers', async ({ client, phone, replica }) => {
  const wid: string = client.info.wid._serialized;
  const { body }: { body: string } = await phone.received(wid, { timeoutMs: 1 });
  // @ts-expect-error there is no such method
  await replica.dance(body);
});
// @ts-expect-error a build is needed
clientTest(createBot, {});
export const answer: Promise<number> = withLinkedClient(createBot, { build: '2.3000.1032534684' }, async () => 1);
`;
      writeFileSync(join(project.folder, `${runner}.mts`), program);
      const config = join(project.folder, `tsconfig.${runner}.json`);
      const compilerOptions = {
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
        // The types of the library and of the runners do not hold under all of these.
        ...{
          skipLibCheck: true,
          module: 'nodenext',
          target: 'es2024',
          lib: ['es2024', 'esnext.disposable', 'dom'],
          types: ['node'],
        },
      };
      writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${runner}.mts`] }));
      expect((await project.tsc(config)).stdout).toBe('');
    },
  );

  test('jest, with its own ES modules: passes', async () => {
    const esm = documentedProgram('bot.test.cjs').replace(
      /const (\{ \w+ \}) = require\((.*)\);/g,
      'import $1 from $2;',
    );
    writeFileSync(join(project.folder, 'esm.test.mjs'), esm);
    writeFileSync(join(project.folder, 'bot.cjs'), documentedProgram('bot.cjs'));
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'esm.test.mjs'],
      { cwd: project.folder, env: { PATH: process.env.PATH, HOME: project.folder, WWEBJS_CANARY_HOME: home() } },
    );
    expect(stderr).toContain('1 passed');
  });
});

test('the first test, in ten minutes: the printed commands and programs of docs/test-your-bot.md', async () => {
  const beside = temporaryFolder();
  const folder = join(beside, 'my-bot');
  mkdirSync(folder);
  mkdirSync(join(beside, 'wwebjs-canary'));
  copyFileSync(tarball, join(beside, 'wwebjs-canary', basename(tarball)));
  // The library downloads a browser when it is installed, which this machine may not reach; the test takes its own from npm.
  const env = { ...process.env, PUPPETEER_SKIP_DOWNLOAD: '1', WWEBJS_CANARY_HOME: home() };
  const sh = (commands: string) =>
    promisify(execFile)('sh', ['-ec', commands], { cwd: folder, env, maxBuffer: 2 ** 26 });
  const [install = '', run = ''] = documentedCommands();
  await sh(install);
  writeFileSync(join(folder, 'bot.test.mjs'), documentedProgram('bot.test.mjs'));
  writeFileSync(join(folder, 'bot.cjs'), documentedProgram('bot.cjs'));
  expect((await sh(run)).stdout).toMatch(/Tests .*1 passed/);
  writeFileSync(join(folder, 'bot.cjs'), documentedProgram('bot.cjs').replace("'pong'", "'pang'"));
  const broken = await sh(run).catch((ended) => ended);
  expect(broken.code).toBe(1);
  expect(broken.stdout + broken.stderr).toContain(
    'Error: no text "pong" came from a linked device of 13125550101 within 30000 ms; these came: ["pang"]',
  );
}, 400_000);
