import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { AccountPool } from '../../../src/live/account-pool.ts';
import type { PoolEventKind } from '../../../src/live/limits.ts';
import { hourMs } from '../../../src/live/live-policy.ts';
import type { LiveTables } from '../../../src/live/tables.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { chooseReporters } from '../../../src/report/choose-reporters.ts';
import { restoreLinked, trialFlow } from '../../../src/runner/flow.ts';
import { planCells } from '../../../src/runner/plan.ts';
import { executeRun } from '../../../src/runs/execute-run.ts';
import { readMatrix } from '../../../src/runs/read-plan.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { captureText } from '../../../src/surface/capture/file-text.ts';
import { keptTerminal } from '../../fixtures/recorded-run.ts';
import { ownHome } from '../../support/own-home.ts';
import { liveInput, namesNobody, numbers, passed, simulatedLiveSite } from '../../support/simulated-live-site.ts';
import { shownAfter, shownBy } from '../../surface/capture/round-trip.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// All flows, more answers of a site, and builds that change: test/flows/live-flows.test.ts.
const build = '2.3000.1032534684';
const site = simulatedLiveSite(build);

test('two numbers are linked by a command, one by QR code and one by pairing code, and their profiles are kept encrypted', async () => {
  const { pool, store } = site();
  await site().link();
  expect(await pool.accounts.list()).toMatchObject([
    { name: 'anna', number: numbers.anna, state: 'active' },
    { name: 'ben', number: numbers.ben },
  ]);
  const [blob = ''] = readdirSync(join(store, 'live', 'anna'));
  expect(
    readFileSync(join(store, 'live', 'anna', blob))
      .subarray(0, 5)
      .toString(),
  ).toBe('WWCP1');
});

test('both are restored and write to each other, and the record says what the site is and names no person', async () => {
  const attempt = await site()
    .attempts()
    .attempt(await liveInput('message-round-trip'));
  passed(attempt);
  namesNobody(attempt);
  const switches = Object.fromEntries(
    Object.entries(resolveSurface(build).switches).map(([name, { value }]) => [name, value]),
  );
  expect(attempt.live).toEqual({
    accounts: ['anna', 'ben'],
    builds: [build],
    switches: expect.any(Object),
    intercepts: false,
  });
  expect(switches).toMatchObject(attempt.live?.switches ?? {});
  expect(attempt.live?.switches).not.toEqual({});
});

test('the page of an account is captured within its limits, with what only a login shows, and its file names no person', async () => {
  const { pool } = site();
  const [before, { savedAt }] = [await pool.accounts.now(), await pool.accounts.find('anna')];
  const capture = await site().capture('anna');
  expect((await pool.accounts.now()) - before).toBeGreaterThan(0.9 * pool.policy.restores.spacing);
  const surface = resolveSurface(build);
  expect(shownAfter(capture, Object.keys(surface.modules), true)).toEqual(shownBy(surface, undefined, undefined, true));
  expect(capture.ran?.drift).toEqual([]);
  expect(capture.ran?.read).toMatchObject({
    msgKeyTextField: 'executed',
    searchIcon: 'executed',
    socketIn: 'executed',
  });
  expect(capture.ran?.models).toMatchObject({ Msg: expect.not.stringMatching('none') });
  const { ran: { probes = {}, moduleCounts = [], timeline, modules } = {} as never } = capture;
  const isPlain = surface.behaviours.cmdEvents === 'plain';
  expect(probes).toEqual({
    widTextField: { how: 'executed', value: '_serialized' },
    cmdEvents: { how: 'source', value: expect.arrayContaining([isPlain ? 'logout' : 'logout_from_bridge']) },
    cmdRefreshQr: { how: 'executed', value: isPlain },
    displayInfo: { how: 'executed', value: expect.any(String) },
    streamModes: { how: 'executed', value: 8 },
    streamInfos: { how: 'executed', value: 7 },
    clpData: { how: 'source', value: {} },
    mediaDataFields: { how: 'absent' },
    components: { how: 'source', value: expect.any(Number) },
    qrCodes: { how: 'executed', value: 0 },
    dialogs: { how: 'executed', value: [] },
    document: { how: 'executed', value: 'app' },
    evalAllowed: { how: 'source', value: true },
  });
  expect(timeline.loader).toBeGreaterThan(0);
  expect(timeline.loader).toBeLessThanOrEqual(timeline.usable ?? 0);
  expect(moduleCounts.map(({ at }) => at)).toEqual(moduleCounts.map(({ at }) => at).sort((a, b) => a - b));
  expect(moduleCounts.at(-1)).toEqual({ at: timeline.settled, modules: modules.settled });
  expect(moduleCounts.length).toBeGreaterThan(1);
  const text = captureText(capture);
  expect(text).not.toMatch(new RegExp(Object.values(numbers).join('|')));
  const account = await pool.accounts.find('anna');
  expect(account).toMatchObject({ state: 'active', leasedBy: null });
  expect(account.savedAt).toBeGreaterThan(savedAt);
});

test('what waits for a bundle is registered in the page of an account, which names what it waits for', async () => {
  const later = '2.3000.1049007170';
  await site().serve(later);
  const capture = await site().capture('anna');
  expect(capture.unresolved).toEqual({ WAWebChatForwardMessage: ['WAWebDualUploadsSendPolicy'] });
  const surface = resolveSurface(later);
  expect(shownAfter(capture, Object.keys(surface.modules), true)).toEqual(shownBy(surface, undefined, undefined, true));
  await site().serve(build);
});

test('a run goes from its plan to every report, and no report names a person', async () => {
  vi.stubEnv('WWEBJS_CANARY_HOME', ownHome());
  const [folder, terminal] = [temporaryFolder(), keptTerminal()];
  const named = chooseReporters(
    `list,json=${folder}/run.json,junit=${folder}/run.xml,markdown=${folder}/run.md,html=${folder}/html,blob=${folder}/run.blob`,
  );
  const choice = { library: ['1.34.7'], flow: ['restore-to-ready'] };
  await site().advance(hourMs);
  const { exit, run } = await executeRun(planCells(readMatrix(), [], { target: 'live', choice }), {
    ...{ slots: 1, seed: 1, part: null, chosen: named, terminal },
    live: site().attempts({ accounts: ['anna'] }),
    complain(trouble) {
      throw trouble;
    },
  });
  expect([exit, terminal.resulted]).toEqual([0, expect.stringContaining(`On the live site (${build}) `)]);
  expect(run.finishedAt).not.toBeNull();
  expect(readdirSync(folder).sort()).toEqual(['html', 'run.blob', 'run.json', 'run.md', 'run.xml']);
  for (const file of ['run.json', 'run.md', 'run.xml', 'html/index.html'])
    expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(new RegExp(Object.values(numbers).join('|')));
  vi.unstubAllEnvs();
});

test('an attempt whose lease is lost ends at once, counts for no version, and leaves the profile as it was', async () => {
  const { pool, store } = site();
  const flow = trialFlow('restore-to-ready', async (context) => {
    await restoreLinked(context);
    await site().advance(24 * hourMs);
    await pool.accounts.leases.take(['anna'], 'another machine', hourMs);
    await context.wait(60);
  });
  await site().advance(hourMs);
  const before = readdirSync(join(store, 'live', 'anna'));
  const attempts = site().attempts({ accounts: ['anna'], heartbeatMs: 200 });
  expect(await attempts.attempt(await liveInput(flow))).toMatchObject({ outcome: 'infra', code: 'lease-lost' });
  expect(readdirSync(join(store, 'live', 'anna'))).toEqual(before);
  expect((await pool.accounts.find('anna')).leasedBy).toBe('another machine');
  await site().advance(2 * hourMs);
});

test('of an attempt whose lease is lost the word of the server is kept, and neither its profile nor its state', async () => {
  const { pool, replica, database, store } = site();
  replica.setCondition('temporary-ban', true, { hours: 1 });
  const flow = trialFlow('restore-to-ready', async (context) => {
    await site().advance(24 * hourMs);
    await pool.accounts.leases.take(['ben'], 'another machine', hourMs);
    await restoreLinked(context);
  });
  const before = [readdirSync(join(store, 'live', 'ben')), (await pool.accounts.find('ben')).savedAt];
  const attempts = site().attempts({ accounts: ['ben'], heartbeatMs: 3_600_000 });
  const attempt = await attempts.attempt(await liveInput(flow));
  replica.setCondition('temporary-ban', false);
  expect(attempt, JSON.stringify(attempt.cause)).toMatchObject({ outcome: 'infra', code: 'account-banned' });
  const kinds = await database.kysely.selectFrom('live_events').select('kind').where('account', '=', 'ben').execute();
  expect(kinds.at(-1)).toEqual({ kind: 'temporary-ban' });
  const account = await pool.accounts.find('ben');
  expect([readdirSync(join(store, 'live', 'ben')), account.savedAt]).toEqual(before);
  expect(account).toMatchObject({ state: 'active', leasedBy: 'another machine' });
  await site().advance(2 * hourMs);
});

test('an attempt that runs ends within seconds when its account is paused on another machine, and the account goes on later', async () => {
  const { pool, address } = site();
  const elsewhere = await openDatabase<LiveTables>(address);
  let pausedAt = 0;
  const flow = trialFlow('restore-to-ready', async (context) => {
    await restoreLinked(context);
    const other = new AccountPool(elsewhere, pool.policy, [Buffer.alloc(32, 9)]);
    await other.setState('anna', 'paused', 'a holiday');
    pausedAt = performance.now();
    await context.wait(60);
  });
  const { savedAt } = await pool.accounts.find('anna');
  const attempts = site().attempts({ accounts: ['anna'] });
  const attempt = await attempts.attempt(await liveInput(flow));
  expect(performance.now() - pausedAt).toBeLessThan(10_000);
  await elsewhere.close();
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'limit-reached' });
  expect(attempt.cause?.message).toBe('account anna is paused: a holiday');
  const account = await pool.accounts.find('anna');
  expect(account).toMatchObject({ state: 'paused', leasedBy: null });
  expect(account.savedAt).toBeGreaterThan(savedAt);
  await pool.accounts.setState('anna', 'active', null);
  passed(await attempts.attempt(await liveInput('restore-to-ready')));
  await site().advance(hourMs);
});

test('a device that WhatsApp removed retires its account, counts for no version, and is not linked anew', async () => {
  const { pool, replica } = site();
  replica.phones.unlink(replica.phones.withNumber(numbers.anna));
  const { savedAt } = await pool.accounts.find('anna');
  await expect(site().capture('anna')).rejects.toThrow(
    'account anna: The server ended the link: the page logged out without being asked to.',
  );
  const retired = { state: 'retired', stateCause: 'logged-out', leasedBy: null, savedAt };
  expect(await pool.accounts.find('anna')).toMatchObject(retired);
  await expect(site().capture('anna')).rejects.toThrow('it is retired: logged-out');
  // A person who does not know better resumes it.
  await pool.accounts.setState('anna', 'active', null);
  await site().advance(24 * hourMs);
  const attempts = site().attempts({ accounts: ['anna'] });
  const input = await liveInput('restore-to-ready');
  const attempt = await attempts.attempt(input);
  const expected = { outcome: 'infra', code: 'logged-out', blame: 'account' };
  expect(attempt, JSON.stringify(attempt.cause)).toMatchObject(expected);
  const evidence = readdirSync(input.runFolder, { recursive: true, encoding: 'utf8' });
  expect(evidence.filter((file) => file.endsWith('.png'))).toEqual([]);
  expect(evidence.length).toBeGreaterThan(0);
  expect(await pool.accounts.find('anna')).toMatchObject({ state: 'retired', stateCause: 'logged-out' });
  const refused = await attempts.attempt(await liveInput('restore-to-ready'));
  expect(refused).toMatchObject({
    ...{ outcome: 'infra', code: 'limit-reached' },
    cause: { message: 'account anna: no restore until a person resumes it: it is retired: logged-out' },
  });
  await expect(site().capture('anna')).rejects.toThrow('it is retired: logged-out');
});

test('a link counts although its version failed after it, and a day later the account is linked anew and active', async () => {
  const { pool } = site();
  const flow = trialFlow('qr-to-ready', async ({ client, phone }) => {
    await client.start();
    await phone.scan(await client.qr());
    await client.authenticated();
    throw new Error('the version never became ready');
  });
  await site().advance(25 * hourMs);
  const attempts = site().attempts({ accounts: ['anna'] });
  expect((await attempts.attempt(await liveInput(flow))).outcome).not.toBe('passed');
  await site().advance(hourMs);
  const again = await attempts.attempt(await liveInput('qr-to-ready'));
  expect(again).toMatchObject({ code: 'limit-reached', cause: { message: expect.stringContaining('1 of kind link') } });
  await site().advance(24 * hourMs);
  const linked = await attempts.attempt(await liveInput('qr-to-ready'));
  passed(linked);
  namesNobody(linked);
  const account = await pool.accounts.find('anna');
  expect(account).toMatchObject({ state: 'active', stateCause: null, leasedBy: null });
  // An account that is linked is not linked once more, also when the policy would allow it.
  await site().advance(48 * hourMs);
  const twice = await attempts.attempt(await liveInput('qr-to-ready'));
  expect(twice).toMatchObject({ outcome: 'infra', code: 'limit-reached' });
  expect(twice.cause?.message).toContain('account anna is linked, and one more link would take another of its phone');
  expect(await pool.accounts.find('anna')).toEqual(account);
});

test('a site that answers with an error is no fault of a version, and the whole pool waits', async () => {
  const { pool } = site();
  await site().answer(429, 'slow down');
  const attempts = site().attempts({ accounts: ['ben'] });
  const expected = { outcome: 'infra', code: 'page-load-failed', blame: 'network' };
  expect(await attempts.attempt(await liveInput('restore-to-ready'))).toMatchObject(expected);
  await expect(pool.accounts.request([{ kind: 'restore', account: 'ben' }])).rejects.toThrow(/account ben: no restore/);
  await site().advance(6 * hourMs);
});

test('a site that answers the page of the peer with an error ends the attempt at once', async () => {
  await site().serve(build);
  const flow = trialFlow(
    'message-round-trip',
    async ({ client, phone, peer: open, probe }) => {
      const peer = await open();
      await restoreLinked({ client, phone, probe });
      await site().answer(500);
      await restoreLinked({ ...peer, probe });
    },
    { liveAccounts: 2 },
  );
  const attempt = await site()
    .attempts()
    .attempt(await liveInput(flow));
  expect(attempt).toMatchObject({
    ...{ outcome: 'infra', code: 'page-load-failed', blame: 'network' },
    cause: { message: 'the site answered the request for its page with 500' },
  });
  // A page that never shows whether it is linked is waited for 30 s.
  expect(attempt.spans.at(-1)?.ms).toBeLessThan(15_000);
});

interface Word {
  options?: Record<string, number>;
  /** What the command ends with; a capture where nothing is given. */
  error?: RegExp;
  history: PoolEventKind[];
  state?: { state: 'retired'; stateCause: string };
}

/** The last one ends the link. */
const words: Record<string, Word> = {
  'reachout-timelock': { options: { hours: 5 }, history: ['connected', 'restricted'] },
  'temporary-ban': {
    ...{ options: { hours: 48 }, error: /^account anna: The server has banned the account until .* \(402\)\. See/ },
    history: ['temporary-ban'],
  },
  'tos-block': {
    ...{ options: { afterSeconds: 0 }, error: /the state of its page was TOS_BLOCK/, history: ['restricted'] },
    state: { state: 'retired', stateCause: 'account-restricted' },
  },
  'account-locked': {
    ...{ error: /^account anna: The server has locked the account \(403\)/, history: ['restricted'] },
    state: { state: 'retired', stateCause: 'account-restricted' },
  },
};

test.each(Object.entries(words))(
  '%s is heard in the page of a capture, and rests or retires its account',
  async (condition, word) => {
    const { pool, database } = site();
    await site().serve(build);
    await site().advance(96 * hourMs);
    await pool.accounts.setState('anna', 'active', null);
    const eventsOfAnna = database.kysely.selectFrom('live_events').select('kind').where('account', '=', 'anna');
    const before = (await eventsOfAnna.execute()).length;
    site().replica.setCondition(condition, true, word.options);
    const captured = site().capture('anna');
    if (word.error) await expect(captured).rejects.toThrow(word.error);
    else expect((await captured).method).toBe('account');
    site().replica.setCondition(condition, false);
    const events = (await eventsOfAnna.execute()).slice(before).map(({ kind }) => kind);
    expect(events).toEqual(['restore', ...word.history]);
    const { state = { state: 'active', stateCause: null } } = word;
    expect(await pool.accounts.find('anna')).toMatchObject({ ...state, leasedBy: null });
  },
);
