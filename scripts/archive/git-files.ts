import { execFileSync } from 'node:child_process';

/** A file of a commit. */
export interface GitFile {
  path: string;
  text: string;
}

const maxBuffer = 2 ** 30;

/** The files of a commit whose path matches, read in one process. Files that the snapshot lacks are left out. */
export function* readGitFiles(gitDirectory: string, commit: string, wanted: RegExp): Generator<GitFile> {
  const git = (args: string[], input?: string) =>
    execFileSync('git', ['--git-dir', gitDirectory, ...args], { maxBuffer, ...(input === undefined ? {} : { input }) });
  const entries = git(['ls-tree', '-r', '-z', '--format=%(objectname) %(path)', commit])
    .toString()
    .split('\0')
    .map((line) => ({ id: line.slice(0, line.indexOf(' ')), path: line.slice(line.indexOf(' ') + 1) }))
    .filter(({ path }) => wanted.test(path));
  for (let at = 0; at < entries.length; at += batch) {
    const some = entries.slice(at, at + batch);
    const out = git(['cat-file', '--batch'], some.map(({ id }) => `${id}\n`).join(''));
    let offset = 0;
    for (const { path } of some) {
      const end = out.indexOf(10, offset);
      const [, type, size] = out.toString('utf8', offset, end).split(' ');
      offset = end + 1;
      if (type !== 'blob') continue;
      yield { path, text: out.toString('utf8', offset, offset + Number(size)) };
      offset += Number(size) + 1;
    }
  }
}

/** Files read by one process: their whole content is in memory. */
const batch = 2000;
