import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { type Flow, restoreLinked, trialFlow } from '../../../src/runner/flow.ts';
import { runAttempt } from '../../../src/runner/run-attempt.ts';
import { liveInput, numbers, passed } from '../../support/simulated-live-site.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const [today, tomorrow] = ['2.3000.1032534684', '2.3000.1034162388'] as const;
const state = temporaryFolder();
const dataPath = join(temporaryFolder(), 'anna');
let replica: Replica;

/** The site moves to a build, whose service worker keeps its page. */
async function serve(build: string, refresh: boolean): Promise<void> {
  const port = replica?.port ?? 0;
  await replica?.close();
  replica = await startReplica({ build, state, port, liveScripts: true });
  replica.setCondition('kept-page', true, { refresh });
}

/** An attempt of a browser that comes with its whole profile, as that of a program does. */
async function attempt(flow: string | Flow, isLinked = true) {
  const { phones, chromiumArgs } = replica;
  const phone = phones.withNumber(numbers.anna);
  return runAttempt({
    ...(await liveInput(flow)),
    deadlineFactor: 6,
    live: {
      devices: [{ account: 'anna', number: numbers.anna, dataPath, isLinked }],
      chromiumArgs,
      linkedAs: async () => {},
      show: async (_, code) => void (await phones.scan(phone, code)),
      admitStart: () => {},
      admit: async () => {},
      phonesAway: [false],
      screenshots: false,
    },
  });
}

beforeAll(async () => {
  await serve(today, false);
  passed(await attempt('qr-to-ready', false));
}, 120_000);
afterAll(() => replica.close());

test('a worker answers with the page of an earlier build, past an interception, and the attempt is on that build', async () => {
  await serve(tomorrow, true);
  const auth = join(packageRoot, 'test/fixtures/auth-strategies/pinned-page.cjs');
  const seen = await attempt(trialFlow('restore-to-ready', restoreLinked, { auth }));
  passed(seen);
  expect(seen.live).toMatchObject({ builds: [today], intercepts: true });
});

test('a page that updates its worker and reloads is of both builds, and no version is to blame', async () => {
  await serve(today, false);
  const seen = await attempt('restore-to-ready');
  expect(seen.live).toMatchObject({ builds: [tomorrow, today], intercepts: false });
  expect(seen.outcome).not.toBe('failed');
  expect(seen.blame).not.toBe('library');
});
