import { spawnSync } from 'node:child_process';
import { temporaryFolder } from '../temporary-folder.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';

/** False, with a word about it, where a file system of its own cannot be mounted. */
export function canMountDisk(): boolean {
  const can = process.platform === 'linux' && process.getuid?.() === 0;
  if (!can) console.log('Only root on Linux can mount a small file system: what needs a full disk is left out');
  return can;
}

/** A folder with a file system of its own, which is full after so many bytes; it is gone after the test file. */
export function smallDisk(bytes: number): string {
  const folder = temporaryFolder();
  run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'wwebjs-canary-test', folder);
  atFileEnd(() => run('umount', folder));
  return folder;
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
