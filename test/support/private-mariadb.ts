import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findMariadbd } from './find-mariadbd.ts';
import { freePort, startPrivateServer } from './private-server.ts';

export interface PrivateMariadb {
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Where Linux keeps files in memory, and the room that all databases of a run may need there. */
const inMemory = '/dev/shm';
const roomBytes = 2 * 1024 ** 3;

/** A MariaDB server of this test alone: own data folder, a free port on 127.0.0.1, never a system service. */
export async function startPrivateMariadb(): Promise<PrivateMariadb> {
  const { server, installDb } = await findMariadbd();
  const root = mkdtempSync(join(dataFolder(), 'mariadb-'));
  const folder = join(root, 'data');
  // A server that starts removes the temporary tables that it finds: with a common folder, those of the others.
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const user = userInfo().username;
  await promisify(execFile)(installDb, [
    '--no-defaults',
    `--datadir=${folder}`,
    `--tmpdir=${temporary}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    `--user=${user}`,
  ]);
  const port = await freePort();
  const url = `mysql://root@127.0.0.1:${port}`;
  const started = await startPrivateServer(
    root,
    server,
    [...serverOptions(folder, port, user), `--tmpdir=${temporary}`],
    async () => (await createConnection(url)).end(),
  );
  return {
    url,
    port,
    pid: started.pid,
    stop: started.stop,
  };
}

/** On a disk each table waits for the disk: the schema of a database then takes four times as long or more. */
function dataFolder(): string {
  if (!existsSync(inMemory)) return tmpdir();
  const { bavail, bsize } = statfsSync(inMemory);
  return bavail * bsize > roomBytes ? inMemory : tmpdir();
}

function serverOptions(folder: string, port: number, user: string): string[] {
  return [
    '--no-defaults',
    `--datadir=${folder}`,
    `--socket=${join(folder, 'socket')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--user=${user}`,
    '--skip-name-resolve',
    '--max-connections=400',
    '--innodb-buffer-pool-size=64M',
    // A power cut does not matter to a test; an fsync for each commit would be most of its time.
    '--innodb-flush-log-at-trx-commit=0',
  ];
}
