import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { ensureMysqld } from './ensure-mysqld.ts';
import type { MysqlServer } from './mysql-server.ts';
import { freePort, startPrivateServer } from './private-server.ts';

/** A MySQL server (not MariaDB) with its binary log on, as production has it: own data folder, a free port on 127.0.0.1. */
export async function startPrivateMysql(): Promise<MysqlServer> {
  const { command, options } = ensureMysqld();
  const root = mkdtempSync(join(tmpdir(), 'mysql-'));
  const folder = join(root, 'data');
  mkdirSync(join(root, 'tmp'));
  const own = [...options, `--datadir=${folder}`, `--user=${userInfo().username}`];
  await promisify(execFile)(command, [...own, '--initialize-insecure']);
  const setUp = join(root, 'set-up.sql');
  writeFileSync(
    setUp,
    "create user test@'127.0.0.1' identified by 'test'; grant all on *.* to test@'127.0.0.1' with grant option;",
  );
  const port = await freePort();
  const url = `mysql://test:test@127.0.0.1:${port}`;
  const { stop } = await startPrivateServer(
    root,
    command,
    [
      ...own,
      `--socket=${join(root, 'socket')}`,
      `--pid-file=${join(root, 'pid')}`,
      `--tmpdir=${join(root, 'tmp')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--mysqlx=OFF',
      '--skip-name-resolve',
      '--secure-file-priv=NULL',
      `--init-file=${setUp}`,
      '--log-bin-trust-function-creators=1',
      '--max-connections=400',
      '--innodb-buffer-pool-size=64M',
      '--innodb-flush-log-at-trx-commit=0',
      '--sync-binlog=0',
    ],
    async () => (await createConnection(url)).end(),
  );
  return { url, stop };
}
