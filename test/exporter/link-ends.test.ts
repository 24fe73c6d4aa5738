import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { Exporter } from '../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../src/exporter/service-reads.ts';
import { linkSuccess } from '../../src/service/accounts/link-success.ts';
import type { OpenSessionHost } from '../../src/service/sessions/session-host.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { aMinuteLater } from '../support/a-minute-later.ts';
import { instantHosts } from '../support/instant-host.ts';
import { onBuild } from '../support/on-build.ts';
import { engines } from '../support/service-databases.ts';
import { startTestService, until, untilStatus } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The login is accepted and nothing follows, as with a library that does not fit the build. */
const neverReady: OpenSessionHost = async (spec) => {
  spec.onSeen({ at: Date.now(), type: 'client:authenticated', detail: null });
  return (await instantHosts()({ ...spec, onSeen: () => {} })) as Awaited<ReturnType<OpenSessionHost>>;
};

const counted = (text: string, family = 'wwebjs_link_attempts_total') =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${family}{`) && !line.endsWith(' 0'))
    .map((line) => `${[...line.matchAll(/\w+="[^"]*"/g)].map(String).sort().join(',')} ${line.split(' ').at(-1)}`)
    .toSorted();

test.each(engines)('a link that never becomes ready has failed, in every count, with %s', async (_, newAddress) => {
  const address = await newAddress();
  const good = instantHosts();
  const bad = onBuild(['2.3000.2'], neverReady);
  const builds = [onBuild(['2.3000.1'], good), onBuild(['2.3000.2'], good), good];
  const openHost: OpenSessionHost = (spec) =>
    spec.library === '1.34.2' ? bad(spec) : (builds.shift() as OpenSessionHost)(spec);
  const { service } = await startTestService({ database: address, openHost, deadlines: { readyMs: 300 } });
  const { id: workspace } = await service.workspaces.create('W');
  const link = (libraryPin: string) => service.sessions.link(workspace, { phone: null, pairing: false, libraryPin });
  for (let count = 0; count < 3; count++) await untilStatus(service, await link('1.34.7'), 'connected');
  for (let count = 0; count < 3; count++) await untilStatus(service, await link('1.34.2'), 'disconnected');

  const byInstance = await until('all are counted', async () => {
    const lines = counted(await service.metrics.registry.metrics());
    return lines.some((line) => /ready-timeout.* 3$/.test(line)) && lines;
  });
  expect(byInstance).toEqual([
    'code="",library="1.34.7",outcome="ready" 3',
    'code="ready-timeout",library="1.34.2",outcome="failed" 3',
  ]);
  const family = 'wwebjs_build_link_attempts_total';
  const byInstanceAndBuild = counted(await service.metrics.registry.metrics(), family);
  expect(byInstanceAndBuild).toEqual([
    'build="2.3000.1",code="",library="1.34.7",outcome="ready" 1',
    'build="2.3000.2",code="",library="1.34.7",outcome="ready" 1',
    'build="2.3000.2",code="ready-timeout",library="1.34.2",outcome="failed" 3',
    'build="unknown",code="",library="1.34.7",outcome="ready" 1',
  ]);
  const database = await openDatabase<ExportedTables>(address);
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  const exporter = new Exporter(store, aMinuteLater(database), (error) => expect.unreachable(String(error)));
  const { text } = await exporter.read();
  expect(counted(text)).toEqual(byInstance);
  expect(counted(text, family)).toEqual(byInstanceAndBuild);
  expect(text).toMatch(/wwebjs_link_success_ratio\{[^}]*library="1\.34\.2"[^}]*\} 0\n/);
  expect(await linkSuccess(service.database, 0)).toEqual([
    { library: '1.34.2', ended: 3, connected: 0, builds: [{ build: '2.3000.2', ended: 3, connected: 0 }] },
    {
      library: '1.34.7',
      ended: 3,
      connected: 3,
      builds: [null, '2.3000.1', '2.3000.2'].map((build) => ({ build, ended: 1, connected: 1 })),
    },
  ]);
  const query = readFileSync(join(packageRoot, 'sql/queries', database.engine, 'link-success.sql'), 'utf8');
  const { rows } = await database.kysely.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(query.replace(/;\s*$/, '')),
  );
  expect(
    rows.map(({ library, build, failed, success_percent }) => [
      library,
      build,
      Number(failed),
      Number(success_percent),
    ]),
  ).toEqual([
    ['1.34.2', '2.3000.2', 3, 0],
    ['1.34.7', '2.3000.1', 0, 100],
    ['1.34.7', '2.3000.2', 0, 100],
    ['1.34.7', 'unknown', 0, 100],
  ]);
  await store.close();
  await database.close();
  await service.stop();
});
