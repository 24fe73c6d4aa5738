import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { expectationsSchema, matrixSchema } from '../../src/contracts/matrix.ts';
import { readNightly } from '../../src/contracts/nightly.ts';
import { readPolicy } from '../../src/contracts/read-policy.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { candidatesOf, publishedVersions } from '../../src/library/candidates.ts';
import { loadFlow } from '../../src/runner/load-flow.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const written = [
  'canaries/texts-each-way.mts',
  'compat-matrix/expectations.yaml',
  'compat-matrix/matrix.yaml',
  'compat-matrix/nightly.yaml',
  'compat-matrix/policy.yaml',
];

/** A project whose lockfile names this version. */
function projectWith(version: string): string {
  const folder = temporaryFolder();
  const lock = { lockfileVersion: 3, packages: { 'node_modules/whatsapp-web.js': { version } } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  return folder;
}

const init = (folder: string, ...args: string[]) => cli(['init', ...args], temporaryFolder(), folder);
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('init', () => {
  test('writes files that hold for the installed version and its candidates, and says each', async () => {
    const folder = projectWith('1.33.2');
    const { exit, stdout } = await init(folder, '--ci', 'none');
    expect(exit).toBe(0);
    expect(filesOf(folder)).toEqual([...written, 'package-lock.json']);
    const candidates = candidatesOf('1.33.2', await publishedVersions(() => {})).map(({ version }) => version);
    expect(candidates.length).toBeGreaterThan(0);
    const [first, ...lines] = stdout.trimEnd().split('\n');
    expect(first).toMatch(/^This project installs whatsapp-web\.js 1\.33\.2 \(package-lock\.json\)\. Candidates: /);
    expect(lines.filter((line) => line.startsWith('wrote ')).sort()).toEqual(written.map((file) => `wrote ${file}`));

    const matrix = parseYamlFile(join(folder, 'compat-matrix', 'matrix.yaml'), matrixSchema);
    for (const { library } of matrix.blocks) expect(library).toEqual(['1.33.2', ...candidates]);
    expect(readPolicy(join(folder, 'compat-matrix', 'policy.yaml'))).toEqual(readPolicy());
    expect(readNightly(join(folder, 'compat-matrix', 'nightly.yaml'))).toEqual(readNightly());
    const expectations = join(folder, 'compat-matrix', 'expectations.yaml');
    expect(parseYamlFile(expectations, expectationsSchema).rules).toEqual([]);
    const own = matrix.blocks.flatMap(({ flow }) => flow).filter((flow) => flow.startsWith('./'));
    expect((await loadFlow(join(folder, own[0] as string))).name).toBe('texts-each-way');
  });

  test('keeps files that exist; --force overwrites them', async () => {
    const folder = projectWith('1.34.7');
    const file = join(folder, 'compat-matrix', 'policy.yaml');
    mkdirSync(join(folder, 'compat-matrix'));
    writeFileSync(file, 'mine');
    const kept = await init(folder, '--ci', 'none');
    expect(kept.stdout).toContain('kept compat-matrix/policy.yaml: it exists, and --force overwrites it');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const forced = await init(folder, '--ci', 'none', '--force');
    expect(forced.stdout).toContain('overwrote compat-matrix/policy.yaml');
    expect(readPolicy(file)).toEqual(readPolicy());
  });

  test.each([
    ['github', ['.github/workflows/wwebjs-canary-gate.yml', '.github/workflows/wwebjs-canary-nightly.yml']],
    ['gitlab', ['.gitlab-ci.yml', '.gitlab/wwebjs-canary.yml']],
  ])('writes the jobs for %s as they are in deploy/ci', async (ci, jobs) => {
    const folder = projectWith('1.34.7');
    const { stdout } = await init(folder, '--ci', ci);
    for (const job of jobs) expect(stdout).toContain(`wrote ${job}\n`);
    expect(filesOf(folder).filter((file) => file.startsWith('.git'))).toEqual(jobs);
    const templates = join(packageRoot, 'deploy', 'ci', ci);
    const own = jobs.filter((job) => job !== '.gitlab-ci.yml');
    for (const job of own)
      expect(readFileSync(join(folder, job), 'utf8')).toBe(readFileSync(join(templates, basename(job)), 'utf8'));
  });

  test('means GitLab where there is a .gitlab-ci.yml, which it keeps', async () => {
    const folder = projectWith('1.34.7');
    writeFileSync(join(folder, '.gitlab-ci.yml'), 'include: { local: .gitlab/wwebjs-canary.yml }\n');
    const { stdout } = await init(folder);
    expect(stdout).toContain('wrote .gitlab/wwebjs-canary.yml');
    expect(stdout).toContain('kept .gitlab-ci.yml');
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  test('says what it assumes in a folder that installs no whatsapp-web.js', async () => {
    const { exit, stdout } = await init(temporaryFolder(), '--ci', 'none');
    expect(stdout).toMatch(
      /^No project here installs whatsapp-web\.js: the matrix is for \d+\.\d+\.\d+, the newest stable/,
    );
    expect(exit).toBe(0);
  });

  test('is refused in this checkout', async () => {
    const { exit, stderr } = await cli(['init']);
    expect(stderr).toContain('this folder is wwebjs-canary itself');
    expect(exit).toBe(3);
  });
});
