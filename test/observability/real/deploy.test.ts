import { execFile } from 'node:child_process';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { findPrometheus } from '../../support/find-prometheus.ts';
import { answers } from '../../support/go-tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const run = promisify(execFile);
const deploy = join(packageRoot, 'deploy');

/** A copy of the project's folders that the compose file speaks of, in which files can be damaged. */
function copy(): string {
  const folder = temporaryFolder();
  for (const name of ['deploy', 'dashboards']) cpSync(join(packageRoot, name), join(folder, name), { recursive: true });
  return join(folder, 'deploy');
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test.skipIf(!answers('go', 'version'))('actionlint finds nothing in the workflows', { timeout: 600_000 }, async () => {
  const check = (...files: string[]) =>
    run('go', ['tool', 'actionlint', ...files], { cwd: join(deploy, 'gate', 'check') });
  const workflows = globSync('{deploy/ci/github*,.github/workflows}/*.yml', { cwd: packageRoot });
  await check(...workflows.map((file) => join(packageRoot, file)));
  const wrong = join(temporaryFolder(), 'wrong.yml');
  cpSync(join(packageRoot, workflows[0] as string), wrong);
  edit(wrong, 'runs-on: ubuntu-24.04', 'runs-on: ubuntu-2404');
  await expect(check(wrong)).rejects.toThrow();
});

describe.skipIf(!answers('go', 'version'))('with the code of Docker Compose and BuildKit', () => {
  const program = join(temporaryFolder(), 'check');
  const check = (folder: string) => run(program, [folder]);

  beforeAll(async () => {
    const env = { ...process.env, GOFLAGS: '-mod=readonly' };
    await run('go', ['build', '-o', program, '.'], { cwd: join(deploy, 'compose', 'check'), env });
  }, 600_000);

  test('compose file and Dockerfile are right', async () => {
    expect((await check(deploy)).stdout).toBe(
      "compose.yaml: 7 services\nDockerfile: 6 stages\nseccomp.json: Docker's default profile and the namespaces of Chromium\n",
    );
  });

  test('a key that Compose does not know, a file that is not there and a wrong instruction are found', async () => {
    const damages: [string, string, string, RegExp][] = [
      ['compose.yaml', 'ports:', 'prots:', /prots/],
      ['compose.yaml', './compose/prometheus.yml', './compose/other.yml', /other\.yml/],
      ['containers/Dockerfile', 'ENTRYPOINT', 'ENTRYPIONT', /ENTRYPIONT/],
      ['containers/seccomp.json', 'SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW', /not Docker's default profile/],
    ];
    for (const [file, from, to, said] of damages) {
      const folder = copy();
      edit(join(folder, file), from, to);
      await expect(check(folder), file).rejects.toThrow(said);
    }
  });
});

test('promtool takes the configuration of Prometheus with the rules, and finds a damage in it', async () => {
  const { promtool } = await findPrometheus();
  const folder = copy();
  const file = join(folder, 'compose', 'prometheus.yml');
  edit(file, '/etc/prometheus/rules/*.yml', join(folder, '..', 'dashboards', 'rules', '*.yml'));
  const { stdout } = await run(promtool, ['check', 'config', file]);
  expect(stdout).toMatch(/alerts\.yml\n {2}SUCCESS: \d+ rules found/);
  edit(join(folder, '..', 'dashboards', 'rules', 'alerts.yml'), 'for: 2m', 'for: soon');
  await expect(run(promtool, ['check', 'config', file])).rejects.toThrow(/soon/);
});

test('amtool takes the configuration of Alertmanager, and finds a damage in it', async () => {
  const { amtool } = await findPrometheus();
  const file = join(copy(), 'compose', 'alertmanager.yml');
  expect((await run(amtool, ['check-config', file])).stdout).toContain('SUCCESS');
  edit(file, '- name: none', '- name: unknown');
  await expect(run(amtool, ['check-config', file])).rejects.toThrow(/failed to validate 1 file/);
});
