import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../src/contracts/home.ts';
import { TroubleError } from '../../src/contracts/input-error.ts';

/** Debian's stable releases have MariaDB only; the server of Oracle is in unstable. */
const suite = 'sid';
const serverPackage = 'mysql-server-core';
const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface MysqldProgram {
  command: string;
  /** To be given before all other options. */
  options: string[];
}

/**
 * MySQL's own server, unpacked into a local folder with the libraries that it was built with (its C library is newer than that of
 * a stable system), the first time from Debian's packages. Nothing of the system is changed.
 */
export function ensureMysqld(): MysqldProgram {
  const root = home('tools', 'mysql');
  if (!existsSync(root)) unpack(root);
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const share = join(root, 'usr/share/mysql');
  return {
    command: join(libraries, 'ld-linux-x86-64.so.2'),
    options: [
      '--library-path',
      libraries,
      join(root, 'usr/sbin/mysqld'),
      '--no-defaults',
      `--lc-messages-dir=${share}`,
      `--character-sets-dir=${join(share, 'charsets')}`,
      `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
    ],
  };
}

/** Where this machine has its own packages from. */
function debianMirror(): string {
  const targets = ['indextargets', '--format', '$(REPO_URI)', 'Origin: Debian', 'Created-By: Packages'];
  const uris = execFileSync('apt-get', targets, { encoding: 'utf8' }).split('\n');
  const main = uris.find((uri) => uri !== '' && !uri.includes('security'));
  if (!main) throw new Error('this machine has no packages of Debian, or `apt-get update` never ran');
  return main;
}

function unpack(root: string): void {
  const work = `${root}.part`;
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const settings = {
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': join(work, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const set = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, [...set, ...args], {
      cwd: join(work, 'packages'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    writeFileSync(join(work, 'sources.list'), `deb [signed-by=${keys}] ${debianMirror()} ${suite} main\n`);
    run('apt-get', '-qq', 'update');
    const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const needed = run('apt-cache', 'depends', '--recurse', ...only, serverPackage)
      .split('\n')
      // Perl is for the scripts beside the server.
      .filter((line) => /^[a-z]/.test(line) && !line.startsWith('perl'));
    run('apt-get', '-qq', 'download', ...new Set(needed));
    execFileSync('sh', ['-c', 'for deb in packages/*.deb; do dpkg-deb -x "$deb" root || exit 1; done'], { cwd: work });
  } catch (error) {
    throw new TroubleError(
      `MySQL cannot be had from Debian's packages; start one yourself and set TEST_MYSQL_URL to it: ${(error as Error).message}`,
    );
  }
  renameSync(join(work, 'root'), root);
  rmSync(work, { recursive: true, force: true });
}
