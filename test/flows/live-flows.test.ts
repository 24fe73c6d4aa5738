import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hourMs } from '../../src/live/live-policy.ts';
import { type Flow, restoreLinked, trialFlow } from '../../src/runner/flow.ts';
import { liveInput, namesNobody, numbers, passed, simulatedLiveSite } from '../support/simulated-live-site.ts';

const [today, tomorrow] = ['2.3000.1032534684', '2.3000.1034162388'] as const;
const site = simulatedLiveSite(today);

beforeAll(() => site().link(), 120_000);
beforeEach(() => site().advance(6 * hourMs));

test('the next restore waits as long as the policy says', async () => {
  const { pool } = site();
  const before = await pool.accounts.now();
  for (const _ of [1, 2])
    passed(
      await site()
        .attempts({ accounts: ['anna'] })
        .attempt(await liveInput('restore-to-ready')),
    );
  expect((await pool.accounts.now()) - before).toBeGreaterThanOrEqual(pool.policy.restores.spacing);
});

test.each(['media-both-ways', 'reply-react-edit-delete', 'every-method'])(
  '%s passes between the two accounts',
  async (flow) => {
    const attempt = await site()
      .attempts()
      .attempt(await liveInput(flow));
    passed(attempt);
    namesNobody(attempt);
  },
);

test('group-life passes in a group that a person has made, and says what to do where there is none', async () => {
  const none = await site()
    .attempts()
    .attempt(await liveInput('group-life'));
  expect(none).toMatchObject({ outcome: 'infra', code: 'limit-reached' });
  expect(none.cause?.message).toContain('make one on a phone');
  const { phones } = site().replica;
  const anna = phones.phone(phones.withNumber(numbers.anna));
  await anna.groups.create({ subject: 'wwebjs-canary', participants: [numbers.ben] });
  await site().advance(hourMs);
  passed(
    await site()
      .attempts()
      .attempt(await liveInput('group-life')),
  );
});

test('a flow can neither log out, nor write out of the pool, nor start a browser twice', async () => {
  const tries = async (body: Flow['body']) => {
    await site().advance(hourMs);
    const flow = trialFlow('restore-to-ready', async (context, over) => {
      await restoreLinked(context);
      await body(context, over);
    });
    return site()
      .attempts({ accounts: ['anna'] })
      .attempt(await liveInput(flow));
  };
  const refused = { outcome: 'infra', code: 'limit-reached' };
  expect(await tries(({ client }) => client.logout())).toMatchObject(refused);
  expect(await tries(async ({ client }) => void (await client.send('12025550199', 'hello')))).toMatchObject(refused);
  expect(await tries(async ({ client }) => void (await client.call('createGroup', 'one', [])))).toMatchObject(refused);
  expect(await tries(({ client }) => client.restart())).toMatchObject(refused);
});

test('a number that is known only after the scan and was linked today ends the link, and is not in the pool', async () => {
  const { pool } = site();
  await pool.accounts.note('elsewhere', 'link', null, numbers.anna);
  const attempt = await site().add('dora', 'qr-to-ready');
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'limit-reached' });
  expect(attempt.cause?.message).toMatch(/account dora: no qr before .*remove the device there under Linked devices/);
  namesNobody(attempt);
  expect((await pool.accounts.list()).map(({ name }) => name)).not.toContain('dora');
  await site().advance(25 * hourMs);
});

test('a link that is under way ends soon after a person has stopped the pool', async () => {
  const { pool } = site();
  const flow = trialFlow('qr-to-ready', async ({ client, wait }) => {
    await client.start();
    await client.qr();
    await pool.accounts.stop('a number was banned');
    await wait(60);
  });
  const attempt = await site().add('cleo', flow, null, { heartbeatMs: 200 });
  await pool.accounts.stop(null);
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'limit-reached' });
  expect(attempt.cause?.message).toBe('the pool is stopped: a number was banned');
});

test('a build that changes between two attempts and in the middle of one is recorded', async () => {
  await site().serve(tomorrow);
  const after = await site()
    .attempts({ accounts: ['anna'] })
    .attempt(await liveInput('restore-to-ready'));
  expect(after.live?.builds).toEqual([tomorrow]);
  await site().advance(hourMs);
  const flow = trialFlow(
    'message-round-trip',
    async ({ client, phone, peer: open, probe }) => {
      await restoreLinked({ client, phone, probe });
      await site().serve(today);
      await restoreLinked({ ...(await open()), probe });
    },
    { liveAccounts: 2 },
  );
  const during = await site()
    .attempts()
    .attempt(await liveInput(flow));
  expect(during.live?.builds).toEqual([tomorrow, today]);
});

describe('what the server says of an account', () => {
  const staysReady = trialFlow('restore-to-ready', async (context) => {
    await restoreLinked(context);
    await context.wait(30);
  });

  test('a ban for a time counts for no version, and the account rests until a day after its end', async () => {
    const { pool } = site();
    site().replica.setCondition('temporary-ban', true, { hours: 48 });
    const attempts = site().attempts({ accounts: ['ben'] });
    const attempt = await attempts.attempt(await liveInput('restore-to-ready'));
    expect(attempt).toMatchObject({ outcome: 'infra', code: 'account-banned', blame: 'account' });
    namesNobody(attempt);
    site().replica.setCondition('temporary-ban', false);
    const refusal = (await pool.accounts.resting()).get('ben');
    expect(refusal?.why).toBe('WhatsApp banned the number for a time');
    const hours = ((refusal?.until ?? 0) - (await pool.accounts.now())) / hourMs;
    expect(hours).toBeGreaterThan(71);
    expect(hours).toBeLessThan(73);
    expect(await attempts.attempt(await liveInput('restore-to-ready'))).toMatchObject({ code: 'limit-reached' });
    await site().advance(73 * hourMs);
    passed(await attempts.attempt(await liveInput('restore-to-ready')));
  });

  test('a restriction ends no attempt that works, and the account rests until a day after its end', async () => {
    const { pool } = site();
    site().replica.setCondition('reachout-timelock', true, { hours: 5 });
    passed(
      await site()
        .attempts({ accounts: ['ben'] })
        .attempt(await liveInput('restore-to-ready')),
    );
    site().replica.setCondition('reachout-timelock', false);
    const refusal = (await pool.accounts.resting()).get('ben');
    expect(refusal?.why).toBe('WhatsApp restricts the number');
    expect(((refusal?.until ?? 0) - (await pool.accounts.now())) / hourMs).toBeCloseTo(29, 0);
    await site().advance(30 * hourMs);
  });

  test.each([
    ['locks it (403)', 'account-locked', {}],
    ['blocks it until its person has accepted the terms', 'tos-block', { afterSeconds: 0 }],
  ])('a server that %s ends the attempt, retires the account, and blames no version', async (_what, name, options) => {
    const { pool } = site();
    const { savedAt } = await pool.accounts.find('ben');
    site().replica.setCondition(name, true, options);
    const attempt = await site()
      .attempts({ accounts: ['ben'] })
      .attempt(await liveInput(staysReady));
    site().replica.setCondition(name, false);
    expect(attempt).toMatchObject({ outcome: 'infra', code: 'account-restricted', blame: 'account' });
    namesNobody(attempt);
    expect(await pool.accounts.find('ben')).toMatchObject({ state: 'retired', stateCause: 'account-restricted' });
    expect((await pool.accounts.resting()).get('ben')?.why).toBe('WhatsApp restricts the number');
    if (name === 'account-locked') expect((await pool.accounts.find('ben')).savedAt).toBe(savedAt);
    await pool.accounts.setState('ben', 'active', null);
    await site().advance(30 * hourMs);
  });

  test('another browser that takes the connection is no fault of a version, and the account rests', async () => {
    const { pool } = site();
    site().replica.setCondition('conflict', true, { afterSeconds: 0 });
    const attempt = await site()
      .attempts({ accounts: ['ben'] })
      .attempt(await liveInput(staysReady));
    site().replica.setCondition('conflict', false);
    expect(attempt).toMatchObject({ outcome: 'infra', code: 'conflict', blame: 'account' });
    expect((await pool.accounts.resting()).get('ben')?.why).toBe('another browser took the connection');
  });

  test('a ban is written down although another machine has got the account meanwhile, and its profile is not', async () => {
    const { pool, store } = site();
    site().replica.setCondition('temporary-ban', true, { hours: 1 });
    const before = readdirSync(join(store, 'live', 'ben'));
    const flow = trialFlow('restore-to-ready', async (context) => {
      await site().advance(24 * hourMs);
      await pool.accounts.leases.take(['ben'], 'another machine', hourMs);
      await restoreLinked(context);
    });
    const attempt = await site()
      .attempts({ accounts: ['ben'] })
      .attempt(await liveInput(flow));
    site().replica.setCondition('temporary-ban', false);
    expect(attempt).toMatchObject({ outcome: 'infra', code: 'account-banned', blame: 'account' });
    expect((await pool.accounts.resting()).get('ben')?.why).toBe('WhatsApp banned the number for a time');
    expect((await pool.accounts.find('ben')).leasedBy).toBe('another machine');
    expect(readdirSync(join(store, 'live', 'ben'))).toEqual(before);
    await site().advance(30 * hourMs);
  });

  test('a lease that is lost after a word of the server ends the attempt, and the word is written down', async () => {
    const { pool, store } = site();
    site().replica.setCondition('reachout-timelock', true, { hours: 5 });
    const before = readdirSync(join(store, 'live', 'ben'));
    const flow = trialFlow('restore-to-ready', async (context) => {
      await restoreLinked(context);
      await context.wait(1);
      await site().advance(24 * hourMs);
      await pool.accounts.leases.take(['ben'], 'another machine', hourMs);
      await context.wait(60);
    });
    const attempts = site().attempts({ accounts: ['ben'], heartbeatMs: 200 });
    expect(await attempts.attempt(await liveInput(flow))).toMatchObject({ outcome: 'infra', code: 'lease-lost' });
    site().replica.setCondition('reachout-timelock', false);
    expect((await pool.accounts.resting()).get('ben')?.why).toBe('WhatsApp restricts the number');
    expect(readdirSync(join(store, 'live', 'ben'))).toEqual(before);
    await site().advance(54 * hourMs);
  });

  test('a restriction that is seen while an account is linked makes it rest, too', async () => {
    const { pool } = site();
    await site().advance(24 * hourMs);
    site().replica.setCondition('reachout-timelock', true, { hours: 5 });
    passed(await site().add('ben-3', 'qr-to-ready', numbers.ben, { number: numbers.ben }));
    site().replica.setCondition('reachout-timelock', false);
    expect((await pool.accounts.resting()).get('ben-3')?.why).toBe('WhatsApp restricts the number');
    await pool.accounts.remove('ben-3');
    await site().advance(54 * hourMs);
  });

  test('a page that asks for a passkey ends the link at once, and counts for no version', async () => {
    await site().serve('2.3000.1044822804');
    site().replica.setCondition('passkey-required', true);
    // Its phone reports nothing, as a person who holds one: only the page shows it.
    const attempt = await site().add('ben-2', 'qr-to-ready', numbers.ben, { number: numbers.ben, reports: false });
    expect(attempt).toMatchObject({ outcome: 'infra', code: 'passkey-required', blame: 'account' });
    await site().serve(today);
  });
});

describe('a site that is not there', () => {
  const expected = { outcome: 'infra', code: 'page-load-failed', blame: 'network' };
  afterAll(() => site().serve(today));

  test.each([
    ['500', 500, ''],
    ['garbage', 200, '\0\u0001 not a page'],
    ['the page of a captive portal', 200, '<html><title>Welcome to our network</title></html>'],
  ])('answers %s: no version is to blame', async (_what, status, body) => {
    await site().answer(status, body);
    const attempts = site().attempts({ accounts: ['ben'] });
    expect(await attempts.attempt(await liveInput('restore-to-ready'))).toMatchObject(expected);
  });

  test('is not reached at all: no version is to blame, and no account rests for a machine without a network', async () => {
    const chromiumArgs = ['--host-resolver-rules=MAP * ~NOTFOUND'];
    const attempts = site().attempts({ accounts: ['ben'], chromiumArgs });
    expect(await attempts.attempt(await liveInput('restore-to-ready'))).toMatchObject(expected);
    await site().advance(hourMs);
    await expect(site().pool.accounts.request([{ kind: 'restore', account: 'anna' }])).resolves.toBeUndefined();
  });
});

test('every-method of an account that may write no more today ends as limit-reached, and counts for no version', async () => {
  const { accounts, policy } = site().pool;
  for (let i = 0; i < policy.messages.perDay; i++) await accounts.note('anna', 'message');
  const attempt = await site()
    .attempts({ accounts: ['anna', 'ben'] })
    .attempt(await liveInput('every-method'));
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'limit-reached', blame: 'harness' });
});
