import { join } from 'node:path';
import { vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { newMysqlDatabase } from './mysql-server.ts';

// The first use of MySQL starts a server, on a bare machine after installing it.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 300_000 });

/** Both engines that the service runs on: name, and the address of a new, empty database. */
export const engines: [name: string, newAddress: () => Promise<string>][] = [
  ['SQLite', async () => `sqlite:${join(temporaryFolder(), 'store.sqlite')}`],
  ['MySQL', newMysqlDatabase],
];
