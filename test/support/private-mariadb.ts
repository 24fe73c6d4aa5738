import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { findMariadbd } from './find-mariadbd.ts';

/** Ends the server when this process is gone, however it ended: the pipe then closes and `cat` returns. */
const guard = 'exec 3<&0; "$@" </dev/null & server=$!; cat <&3 >/dev/null; kill -9 $server; wait $server';

export interface PrivateMariadb {
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** A MariaDB server of this test alone: own data folder, a free port on 127.0.0.1, never a system service. */
export async function startPrivateMariadb(): Promise<PrivateMariadb> {
  const { server, installDb } = await findMariadbd();
  const root = mkdtempSync(join(tmpdir(), 'mariadb-'));
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
  const child = spawn(
    'sh',
    ['-c', guard, 'guard', server, ...serverOptions(folder, port, user), `--tmpdir=${temporary}`],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  let log = '';
  child.stderr?.on('data', (text) => {
    log = `${log}${text}`.slice(-4_000);
  });
  const url = `mysql://root@127.0.0.1:${port}`;
  await answering(url, child, () => log);
  return {
    url,
    port,
    pid: child.pid ?? -1,
    async stop() {
      child.stdin?.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
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

async function answering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (const until = Date.now() + 60_000; ; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`mariadbd ended with code ${child.exitCode}:\n${log()}`);
    try {
      const connection = await createConnection(url);
      await connection.end();
      return;
    } catch (error) {
      if (Date.now() > until) throw new Error(`mariadbd does not answer: ${error}\n${log()}`);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
