/** `npm run test:mysql`: every test that uses a database, on MySQL's own server instead of MariaDB. Exit code of vitest. */
import { spawnSync } from 'node:child_process';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { startPrivateMysql } from '../test/support/private-mysql.ts';

const paths = ['test/store', 'test/service', 'test/exporter', 'test/observability/sql-queries.test.ts', 'test/support'];

const server = await startPrivateMysql();
const connection = await createConnection(server.url);
const [[row]] = await connection.query<RowDataPacket[]>('select version() as version');
await connection.end();
console.log(`MySQL ${row?.version}`);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...paths, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, TEST_MYSQL_URL: server.url } },
);
await server.stop();
process.exitCode = status ?? 1;
