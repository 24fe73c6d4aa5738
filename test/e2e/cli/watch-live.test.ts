import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { cli } from '../../cli/cli.ts';
import { ownHome } from '../../support/own-home.ts';
import { until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const [older, newer] = ['2.3000.1029241508', '2.3000.1032534684'];
const home = ownHome();
const received: { event: string; build: string; seen: string }[] = [];
let receiver: Server;
let port = 0;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
    response.end();
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => receiver.close());

/** What stands in for the live site serves a build. */
async function serving(build: string) {
  const replica = await startReplica({ build, liveScripts: true, port });
  port = replica.port;
  const certificate = join(temporaryFolder(), 'certificate.pem');
  writeFileSync(certificate, replica.certificate);
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const args = ['watch', '--live', '--once', '--force', `--connect-to=127.0.0.1:${port}`, `--trust=${certificate}`];
  return { replica, args: [...args, `--webhook=${webhook}`, '--library=1.34.2', '--flow=qr-to-ready'] };
}

test('a build is found once: attempted on a replica of its capture, compared with the one before, and sent once, also by a look that was killed', async () => {
  const first = await serving(older);
  const found = await cli(first.args, home);
  await first.replica.close();
  expect(found.exit, found.stderr).toBe(0);
  expect(found.stderr).toContain('no attempt on the live site: what is watched stands in for it');
  expect(received).toMatchObject([{ event: 'build', build: older }]);
  expect(received[0]?.seen).toContain('on a replica of it 1.34.2 links (link 1 of 1)');

  const { replica, args } = await serving(newer);
  const env = { ...process.env, WWEBJS_CANARY_HOME: home };
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const killed = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  killed.stderr.on('data', (text) => {
    said += String(text);
  });
  await until('the build is found and attempts begin', () => /is new[\s\S]*attempts/.test(said), 60_000);
  process.kill(-(killed.pid as number), 'SIGKILL');
  await once(killed, 'exit');
  expect(received).toHaveLength(1);

  const goingOn = await cli(args, home);
  expect(goingOn.stderr).toContain(`going on with ${newer}`);
  expect(goingOn.exit, goingOn.stderr).toBe(1);
  expect(received.map(({ build }) => build)).toEqual([older, newer]);
  expect(received[1]?.seen).toMatch(/WAWebCollections\.Call, .* are gone; .*; 1\.34\.2 does not pass ready and loses /);
  expect(received[1]?.seen).toContain('worse than on the build before: 1.34.2 in qr-to-ready');

  const again = await cli(args, home);
  await replica.close();
  expect([again.exit, received.length], again.stderr).toEqual([0, 2]);
  const store = await openStore(join(home, 'store.sqlite'));
  expect((await store.liveBuilds.newest(9)).map(({ build, step }) => [build, step])).toEqual([
    [newer, 'found'],
    [older, 'found'],
  ]);
  await store.close();
});
