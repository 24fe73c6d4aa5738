import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/libexec', '/usr/local/sbin'];

/** The server package without the part that starts a system service; the client package brings what its install script reads. */
const packages = ['mariadb-server-core', 'mariadb-client-core'];

export interface MariadbPrograms {
  server: string;
  installDb: string;
}

/** The programs of MariaDB on this machine, installed from the system's packages where they are missing. */
export async function findMariadbd(): Promise<MariadbPrograms> {
  const found = lookAround();
  if (found) return found;
  await installPackages(
    packages,
    'These tests need a MySQL or MariaDB server. Set TEST_MYSQL_URL to one (mysql://user:password@host:port), start Docker, or install',
  );
  const installed = lookAround();
  if (installed) return installed;
  throw new Error('mariadb-server-core is installed, and yet there is no mariadbd in PATH or /usr/sbin');
}

function lookAround(): MariadbPrograms | null {
  const server = findProgram('mariadbd');
  const installDb = findProgram('mariadb-install-db');
  return server && installDb ? { server, installDb } : null;
}

/** The path of a program, also where the system keeps servers; null where there is none. */
export function findProgram(name: string): string | null {
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/** Installs packages of the system. @param need what is needed, and what else would do; the error says it. */
export async function installPackages(packages: readonly string[], need: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Several test files may come here at once: dpkg's own lock puts them in a row.
  const apt = (...args: string[]) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { env });
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  try {
    await install().catch(() => apt('update').then(install));
  } catch (error) {
    throw new Error(`${need} the packages ${packages.join(' and ')}: ${(error as Error).message}`);
  }
}
