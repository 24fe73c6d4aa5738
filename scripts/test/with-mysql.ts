import { mysqlServer, stopMysqlServer } from '../../test/support/mysql-server.ts';

/**
 * Runs tests with one MySQL server for all of their files: without it each file that needs one starts its own.
 *
 * @throws Error when no server can be started on this machine.
 */
export async function withMysql<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.env.TEST_MYSQL_URL !== undefined) return work();
  process.env.TEST_MYSQL_URL = (await mysqlServer()).url;
  try {
    return await work();
  } finally {
    delete process.env.TEST_MYSQL_URL;
    await stopMysqlServer();
  }
}
