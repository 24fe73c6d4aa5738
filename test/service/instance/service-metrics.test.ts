import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Service } from '../../../src/service/instance/service.ts';
import { profileFolder } from '../../../src/service/profiles/session-folder.ts';
import type { SessionIds } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let server: TestServer;
afterEach(() => server.stop());

/** Starts a service that links `count` numbers, none of which is scanned. */
async function serve(count: number, options: Partial<Parameters<typeof startTestServer>[0]> = {}) {
  const database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
  server = await startTestServer({ database, openHost: silentHosts, slots: 2, ...options });
  const { service } = server;
  const workspace = (await service.workspaces.create('Berlin')).id;
  const linked: SessionIds[] = [];
  for (let i = 0; i < count; i++) {
    linked.push(await service.sessions.link(workspace, { phone: `1555010000${i}`, pairing: false, libraryPin: null }));
  }
  return { service, workspace, linked };
}

const lines = async (service: Service, name: string) =>
  (await service.metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length] ?? ''));

test('sessions are exported one by one only on request', async () => {
  const { service } = await serve(1);
  expect(await lines(service, 'wwebjs_session_detail')).toEqual([]);
  expect(await lines(service, 'wwebjs_sessions')).toEqual(['wwebjs_sessions{library="1.34.7",status="starting"} 1']);
});

test('who asks for it finds the handle of the API and the console, and nothing that names a session or a person', async () => {
  const { service, workspace, linked } = await serve(1, { sessionDetail: 5 });
  const [ids] = linked as [SessionIds];
  const { body } = await server.ask('GET', `/v1/workspaces/${workspace}/accounts/${ids.account}`);
  expect(body.handle).toMatch(/^[0-9a-f]{12}$/);
  expect(await lines(service, 'wwebjs_session_detail')).toEqual([
    `wwebjs_session_detail{handle="${body.handle}",workspace="${workspace}",library="1.34.7",status="starting"} 1`,
  ]);
  const text = await service.metrics.registry.metrics();
  for (const secret of [ids.session, ids.account, '15550100000', 'Berlin']) expect(text).not.toContain(secret);
});

test('sessions above the cap are counted together, and the family says so', async () => {
  const { service } = await serve(5, { sessionDetail: 2 });
  const shown = await lines(service, 'wwebjs_session_detail');
  expect(shown).toHaveLength(3);
  expect(shown.at(-1)).toBe(
    'wwebjs_session_detail{handle="overflow",workspace="overflow",library="overflow",status="starting"} 3',
  );
  expect(await lines(service, 'wwebjs_metrics_overflowing')).toContain(
    'wwebjs_metrics_overflowing{family="wwebjs_session_detail"} 1',
  );
});

test('the launches are those that the slots allow, and the others wait', async () => {
  const { service } = await serve(5);
  const launches = async () => (await lines(service, 'wwebjs_session_launches')).map((line) => line.split(/[{}]/)[1]);
  expect(await launches()).toEqual(['state="under_way"', 'state="waiting"', 'state="free"']);
  expect(await lines(service, 'wwebjs_session_launches')).toEqual([
    'wwebjs_session_launches{state="under_way"} 2',
    'wwebjs_session_launches{state="waiting"} 3',
    'wwebjs_session_launches{state="free"} 0',
  ]);
});

test('a host that loaded another library than was asked for is there with both', async () => {
  const { service } = await serve(2, {
    openHost: async (spec) => {
      spec.onSeen({ at: 0, type: 'library:loaded', detail: { installed: '1.34.7', loaded: '1.24.0' } });
      return silentHosts(spec);
    },
  });
  const info = await until('it is loaded', async () => {
    const found = await lines(service, 'wwebjs_library_info');
    return found.length > 0 && found;
  });
  expect(info).toEqual(['wwebjs_library_info{role="service",declared="1.34.7",installed="1.34.7",loaded="1.24.0"} 1']);
});

test.runIf(existsSync('/proc/self/stat'))(
  'the browsers of an instance are measured together, and one by one only where that was asked for',
  async () => {
    const openHost: OpenSessionHost = async (spec) => {
      const browser = spawn(process.execPath, [
        ...['-e', 'process.stdin.on("end", () => process.exit()).resume()', '--'],
        `--user-data-dir=${profileFolder(spec.folder)}`,
      ]);
      const host = await silentHosts(spec);
      return {
        ...host,
        async kill() {
          browser.stdin.end();
          await once(browser, 'exit');
        },
      };
    };
    const { service, workspace, linked } = await serve(2, { openHost, sessionDetail: 1, tickMs: 20 });
    const value = async (name: string) => Number((await lines(service, name))[0]?.split(' ').at(-1));
    await until('both are measured', async () => (await value('wwebjs_browser_processes')) === 2);
    const all = await value('wwebjs_browser_memory_bytes');
    expect(all).toBeGreaterThan(10_000_000);
    expect(await value('wwebjs_browser_cpu_seconds_total')).toBeGreaterThan(0);
    const [ids] = linked as [SessionIds];
    const { body } = await server.ask('GET', `/v1/workspaces/${workspace}/accounts/${ids.account}`);
    const memory = await lines(service, 'wwebjs_session_browser_memory_bytes');
    const [own, rest] = memory.map((line) => Number(line.split(' ').at(-1)));
    expect(memory.map((line) => line.split(/[{}]/)[1])).toEqual([`handle="${body.handle}"`, 'handle="overflow"']);
    expect((own ?? 0) + (rest ?? 0)).toBe(all);
    expect(await lines(service, 'wwebjs_session_browser_cpus')).toHaveLength(2);
  },
);

test('a request is counted under the template of its path and its status, whatever the caller wrote', async () => {
  const { service, workspace } = await serve(0);
  await server.ask('GET', `/v1/workspaces/${workspace}`);
  await server.ask('GET', '/v1/workspaces/15550100000');
  await server.ask('GET', '/v1/15550100000');
  await server.ask('PROPFIND' as never, '/v1/15550100000');
  await server.ask('GET', '/v1/workspaces', undefined, { authorization: 'Bearer wrong' });
  const count = 'wwebjs_http_request_duration_seconds_count';
  expect(await lines(service, count)).toEqual([
    `${count}{method="GET",route="/v1/workspaces/:workspace",status="200"} 1`,
    `${count}{method="GET",route="/v1/workspaces/:workspace",status="404"} 1`,
    `${count}{method="GET",route="none",status="404"} 1`,
    `${count}{method="overflow",route="none",status="404"} 1`,
    `${count}{method="GET",route="/v1/workspaces",status="401"} 1`,
  ]);
});

test('the process, its event loop and the statements of the database are measured', async () => {
  const { service } = await serve(1);
  const value = async (name: string) => Number((await lines(service, name))[0]?.split(' ').at(-1));
  expect(await value('process_resident_memory_bytes')).toBeGreaterThan(20_000_000);
  expect(await value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(await value('process_open_fds')).toBeGreaterThan(3);
  expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  const statements = 'wwebjs_database_statement_duration_seconds_count';
  expect(await value(statements)).toBeGreaterThan(5);
  await service.database.kysely
    .selectFrom('gone' as never)
    .execute()
    .catch(() => {});
  expect(await lines(service, statements)).toContainEqual(`${statements}{outcome="failed"} 1`);
  expect(await lines(service, 'wwebjs_database_connections'), 'the embedded store has no pool').toEqual([]);
});
