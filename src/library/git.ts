import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { LibrarySource } from '../contracts/library-source.ts';

const mostOutputBytes = 16 * 1024 * 1024;

/** git ended with an error; the message is its own last line. */
class GitError extends Error {
  override name = 'GitError';
}

/**
 * What a git checkout is at: its commit, whether it has changes of its own, and its remote. Null for a folder whose package.json no
 * git repository tracks, and where git is missing.
 */
export async function describeCheckout(
  folder: string,
): Promise<Pick<LibrarySource, 'commit' | 'dirty' | 'remote'> | null> {
  try {
    await git(['ls-files', '--error-unmatch', 'package.json'], folder);
    const commit = (await git(['rev-parse', 'HEAD'], folder)).trim();
    const dirty = (await git(['status', '--porcelain', '--', '.'], folder)) !== '';
    return { commit, dirty, ...(await remoteOf(folder)) };
  } catch {
    return null;
  }
}

/**
 * Hands a folder as a commit of its own repository has it to `use`, within all files of that commit; they are removed afterwards.
 *
 * @throws InputError when the folder is in no git repository, or the repository has no such commit.
 */
export async function withFolderAt<T>(folder: string, ref: string, use: (folder: string) => Promise<T>): Promise<T> {
  const found = await git(['rev-parse', '--show-toplevel', '--show-prefix'], folder).catch(() => null);
  if (found === null) throw new InputError(`${folder} is in no git repository`);
  const [repository = '', prefix = ''] = found.split('\n');
  return withCommit({ repository, ref, isLocal: true }, (root) => use(join(root, prefix)));
}

/**
 * Hands the files of a commit to `use`, in their own folder that is removed afterwards.
 *
 * @param repository a folder, or an address that `git clone` takes.
 * @param ref a branch, a tag or a commit.
 * @throws InputError when the repository has no such reference.
 * @throws TroubleError when the repository cannot be read, or git is missing.
 */
export async function withCommit<T>(
  { repository, ref, isLocal }: { repository: string; ref: string; isLocal: boolean },
  use: (folder: string, found: Pick<LibrarySource, 'commit' | 'remote'> & { commit: string }) => Promise<T>,
): Promise<T> {
  const target = await mkdtemp(join(tmpdir(), 'wwebjs-canary-git-'));
  try {
    const clone = isLocal ? repository : join(target, 'clone');
    if (!isLocal)
      await git(['clone', '--quiet', '--no-checkout', '--', repository, clone], target).catch(asTrouble(repository));
    const commit = await commitOf(clone, ref);
    if (commit === null) throw new InputError(`${repository} has no branch, tag or commit "${ref}"`);
    const archive = join(target, 'commit.tar');
    await git(['archive', '--format=tar', '--prefix=package/', '-o', archive, commit], clone).catch(
      asTrouble(repository),
    );
    await extract({ file: archive, cwd: target });
    const remote = isLocal ? await remoteOf(repository) : { remote: withoutPassword(repository) };
    return await use(join(target, 'package'), { commit, ...remote });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function remoteOf(folder: string): Promise<Pick<LibrarySource, 'remote'>> {
  const address = await git(['remote', 'get-url', 'origin'], folder).catch(() => '');
  return address === '' ? {} : { remote: withoutPassword(address.trim()) };
}

/** A branch that was only cloned is known as one of `origin`. */
async function commitOf(repository: string, ref: string): Promise<string | null> {
  for (const name of [ref, `origin/${ref}`]) {
    const found = await git(
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
      repository,
    ).catch((error) => {
      if (error instanceof GitError) return null;
      throw error;
    });
    if (found !== null) return found.trim();
  }
  return null;
}

function asTrouble(repository: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GitError)) throw error;
    throw new TroubleError(`git cannot read ${withoutPassword(repository)}: ${error.message}`);
  };
}

/** @throws GitError with git's own words; TroubleError when git is not installed. */
function git(args: readonly string[], folder: string): Promise<string> {
  // Variables of an outer git, as in a hook, would name another repository; there is no user to type a password.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const options = {
    cwd: folder,
    env: { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'file:git:https:ssh' },
    maxBuffer: mostOutputBytes,
  };
  return new Promise((resolve, reject) => {
    execFile('git', [...args], options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT')
        reject(new TroubleError('git is not in PATH; install it, or name a folder or tarball'));
      else reject(new GitError(stderr.trim().split('\n').at(-1) || error.message));
    });
  });
}

function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/)[^@/]*@/, '$1');
}
