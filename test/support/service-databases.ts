import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newMysqlDatabase } from './mysql-server.ts';

/** Both engines that the service runs on: name, and the address of a new, empty database. */
export const engines: [name: string, newAddress: () => Promise<string>][] = [
  ['SQLite', async () => `sqlite:${join(mkdtempSync(join(tmpdir(), 'service-')), 'store.sqlite')}`],
  ['MySQL', newMysqlDatabase],
];
