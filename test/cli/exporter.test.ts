import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { exampleCells, playRun } from '../fixtures/example-run.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { startExporting } from '../support/watch-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const databases: [name: string, newAddress: (() => Promise<string>) | null][] = [
  ['the database of its home', null],
  ['MySQL', newMysqlDatabase],
];

test.each(databases)(
  'an exporter makes no store, and reads the one that a run makes, with %s',
  async (_, newAddress) => {
    const home = temporaryFolder();
    const options: string[] = [];
    if (newAddress !== null) {
      const { database, address } = await newServiceDatabase(newAddress);
      await database.close();
      options.push('--database', address);
    }
    const exporter = await startExporting('exporter', home, options);
    const empty = await exporter.metrics();
    expect(empty).toContain('wwebjs_exporter_store_up 1');
    expect(empty).not.toContain('wwebjs_canary_attempts_total{');
    expect(readdirSync(home)).toEqual([]);
    const store = await openStore(join(home, 'store.sqlite'));
    await playRun(exampleCells(), [new StoreRecorder(store)]);
    await store.close();
    // Two at once: the store is opened once, and nothing is counted twice.
    const texts = await Promise.all([exporter.metrics(), exporter.metrics()]);
    const counted = texts.map((text) => {
      const lines = text.split('\n').filter((line) => line.startsWith('wwebjs_canary_attempts_total{'));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    });
    expect(counted).toEqual([4, 4]);
    expect(await exporter.stop()).toBe(0);
    expect(exporter.said()).toBe('');
  },
);

test('readers of a store leave a home without one empty', async () => {
  const readers = ['report history', 'report diff previous last'];
  await Promise.all(
    readers.map(async (reader) => {
      const home = temporaryFolder();
      const { stderr } = await cli(reader.split(' '), home);
      expect(stderr).not.toMatch(/unknown (option|command)/);
      expect(readdirSync(home), reader).toEqual([]);
    }),
  );
});
