import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';
import { startPrivateMariadb } from './private-mariadb.ts';

/** A MySQL or MariaDB server for tests. */
export interface MysqlServer {
  /** `mysql://user:password@host:port`, a user who may make databases. */
  url: string;
  stop(): Promise<void>;
}

let shared: Promise<MysqlServer> | undefined;

/**
 * The server of this test file: `TEST_MYSQL_URL`, else MySQL 8 in a container where a Docker engine runs, else a private
 * mariadbd. Throws when there is none of them: a test that needs a server is never skipped silently.
 */
export function mysqlServer(): Promise<MysqlServer> {
  if (!shared) {
    shared = startServer();
    atFileEnd(stopMysqlServer);
  }
  return shared;
}

/** The URL of a new, empty database on `mysqlServer()`; a server that lives on loses it when the test file ends. */
export async function newMysqlDatabase(): Promise<string> {
  const { url } = await mysqlServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(url, `create database ${name} character set utf8mb4`);
  if (process.env.TEST_MYSQL_URL !== undefined) atFileEnd(() => query(url, `drop database ${name}`));
  return `${url.replace(/\/$/, '')}/${name}`;
}

async function query(url: string, text: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.query(text).finally(() => connection.end());
}

/** Ends the server if it was started; a test file does so by itself when it ends. */
export async function stopMysqlServer(): Promise<void> {
  const server = await shared?.catch(() => undefined);
  shared = undefined;
  await server?.stop();
}

async function startServer(): Promise<MysqlServer> {
  const given = process.env.TEST_MYSQL_URL;
  if (given) return { url: given, stop: async () => {} };
  return (await startContainer()) ?? (await startPrivateMariadb());
}

async function startContainer(): Promise<MysqlServer | null> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
  } catch {
    return null;
  }
  const container = await new GenericContainer('mysql:8.0')
    .withEnvironment({ MYSQL_ROOT_PASSWORD: 'test' })
    .withCommand(['--log-bin-trust-function-creators=1'])
    .withExposedPorts(3306)
    // The image starts a first server for its set-up, which says the same line with port 0.
    .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306/))
    .start();
  const url = `mysql://root:test@${container.getHost()}:${container.getMappedPort(3306)}`;
  return {
    url,
    stop: async () => {
      await container.stop();
    },
  };
}
