import { execFileSync } from 'node:child_process';
import { accessSync, closeSync, constants, copyFileSync, openSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { temporaryFolder } from '../temporary-folder.ts';

/** Copies a database as docs/service.md says. The function that it returns restores the copy. */
export async function copyDatabase(address: string): Promise<() => Promise<void>> {
  return address.startsWith('sqlite:') ? copyFile(address.slice('sqlite:'.length)) : dump(new URL(address));
}

/** No instance may run, neither now nor when the copy is restored. */
function copyFile(file: string): () => Promise<void> {
  const copy = join(temporaryFolder(), 'copy.sqlite');
  copyFileSync(file, copy);
  return async () => {
    for (const part of ['-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
    copyFileSync(copy, file);
  };
}

function dump({ hostname, port, username, password, pathname, href }: URL): () => Promise<void> {
  const copy = join(temporaryFolder(), 'copy.sql');
  const name = pathname.slice(1);
  const to = ['--no-defaults', '--protocol=tcp', `--host=${hostname}`, `--port=${port}`, `--user=${username}`];
  const env = { ...process.env, MYSQL_PWD: password };
  const output = openSync(copy, 'w');
  const options = ['--single-transaction', '--triggers', name];
  execFileSync(program('mariadb-dump', 'mysqldump'), [...to, ...options], {
    env,
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  return async () => {
    const connection = await createConnection(href);
    await connection.query(`drop database ${name}`);
    await connection.query(`create database ${name} character set utf8mb4`);
    await connection.end();
    const input = openSync(copy, 'r');
    execFileSync(program('mariadb', 'mysql'), [...to, name], { env, stdio: [input, 'inherit', 'inherit'] });
    closeSync(input);
  };
}

/** The first of these programs that is in PATH. */
function program(...names: string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`This test needs ${names.join(' or ')}: install the package mariadb-client.`);
}
