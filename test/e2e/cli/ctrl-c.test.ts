import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { reportSchema } from '../../../src/contracts/run.ts';
import { ownHome } from '../../support/own-home.ts';
import { inTerminal } from '../../support/pseudo-terminal.ts';
import { until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** The project as it lies on a machine with an older Node: the launcher finds a Node for it in `.toolchain`. */
function launcherForOlderNode(): string[] {
  const project = temporaryFolder();
  const bin = join(project, '.toolchain', 'node-test', 'node_modules', 'node-test', 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const part of ['src', 'node_modules']) symlinkSync(join(packageRoot, part), join(project, part));
  cpSync(join(packageRoot, 'bin'), join(project, 'bin'), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(project, 'package.json'));
  // A Node that does not run TypeScript, as those before 22.18.
  return [process.execPath, '--no-experimental-strip-types', join(project, 'bin', 'wwebjs-canary.js')];
}

/** A Node of this machine that cannot run the command line itself, or undefined. */
function findOlderNode(): string | undefined {
  const isOlder = (node: string) => {
    const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    return major < 22 || (major === 22 && minor < 18);
  };
  const nodes = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return nodes.find((node) => existsSync(node) && isOlder(node));
}

/** Command lines of the processes that were started with this text in their environment. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readIfThere(`/proc/${pid}/environ`).includes(text))
    .map((pid) => readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const launcher = join(packageRoot, 'bin', 'wwebjs-canary.js');
const olderNode = findOlderNode();
const launchers: [name: string, command: () => string[]][] = [
  ['this Node', () => [process.execPath, launcher]],
  ['the launcher for an older Node', launcherForOlderNode],
];
if (olderNode !== undefined)
  launchers.push([`the older Node of this machine, ${olderNode}`, () => [olderNode, launcher]]);
const moments: [name: string, shown: RegExp][] = [
  ['as soon as the run has started', /run \d{8}-\d{6}-\w+: /],
  ['after the first attempt', /\[1\/4\]/],
];

test.each(launchers.flatMap(([name, command]) => moments.map(([when, shown]) => ({ name, command, when, shown }))))(
  'Ctrl-C under $name, $when: all reports are written, the exit code is 4, no process and no part of a file is left',
  async ({ command, shown }) => {
    const folder = ownHome();
    const out = join(folder, 'out');
    const files = ['r.json', 'r.xml', join('html', 'index.html'), 'r.md', 'r.blob'];
    const targets = `list,json=${out}/r.json,junit=${out}/r.xml,html=${out}/html,markdown=${out}/r.md,blob=${out}/r.blob`;
    const cell = [
      '--library',
      '1.34.7',
      '--build',
      '2.3000.1029241508',
      '--browser',
      'current',
      '--flow',
      'qr-to-ready',
    ];
    const env = { ...process.env, WWEBJS_CANARY_HOME: folder };
    const run = inTerminal([...command(), 'run', ...cell, '--repeat', '4', '--slots', '1', '--reporter', targets], env);
    await run.shows(shown);
    run.interrupt();
    expect(await run.ended, run.output).toBe(4);
    expect(run.output).toContain('SIGINT: ending what is running');
    expect(run.output).not.toMatch(/this is a bug|Error:/);

    for (const file of files) expect(existsSync(join(out, file)), `${file}\n${run.output}`).toBe(true);
    expect(readdirSync(out, { recursive: true }).filter((file) => String(file).endsWith('.part'))).toEqual([]);
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'r.json'), 'utf8')));
    expect(report.run.finishedAt).toBeNull();
    await until('all processes are gone', () => processesWith(dirname(folder)).length === 0, 5_000);
  },
);
