import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);
const withNode = join(packageRoot, 'scripts', 'with-node.sh');
const bin = join(packageRoot, 'bin', 'wwebjs-canary.js');

function program(text: string): string {
  const file = join(temporaryFolder(), 'program.ts');
  writeFileSync(file, text);
  return file;
}

describe('scripts/with-node.sh', () => {
  test('runs TypeScript, hands on the arguments, and says nothing when nothing is missing', async () => {
    const file = program('const words: string[] = process.argv.slice(2); console.log(words.join("|"));');
    expect(await run('sh', [withNode, file, 'a b', '--c'])).toEqual({ stdout: 'a b|--c\n', stderr: '' });
  });

  test('ends with the exit code of the program', async () => {
    await expect(run('sh', [withNode, program('process.exit(3)')])).rejects.toMatchObject({ code: 3 });
  });
});

describe('bin/wwebjs-canary.js', () => {
  test('starts the command line', async () => {
    const { stdout } = await run(process.execPath, [bin, '--help']);
    expect(stdout).toMatch(/^Usage: wwebjs-canary/);
  });

  test('SIGTERM to npm, which does not pass it on, ends the command', async () => {
    const project = temporaryFolder();
    const scripts = { canary: `'${process.execPath}' '${bin}' exporter --port 0` };
    writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts }));
    const npm = spawn('npm', ['run', '--silent', 'canary'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: npm.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    expect((await fetch(url)).status).toBe(200);
    npm.kill('SIGTERM');
    // The command has the pipe too: it closes when the last of its processes is gone.
    await once(lines, 'close');
    await expect(fetch(url)).rejects.toThrow();
  });
});
