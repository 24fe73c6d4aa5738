import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { baseline, candidate } from './session-starts.ts';

describe.each(engines)('rollouts over HTTP with %s', (_, newAddress) => {
  let server: TestServer;

  const start = async (judgeEveryMs: number | null) => {
    server = await startTestServer({ database: await newAddress(), openHost: silentHosts, judgeEveryMs });
  };
  const begin = async (): Promise<string> => {
    const { body } = await server.ask('POST', '/v1/rollouts', { baseline, candidate });
    return `/v1/rollouts/${body.id}`;
  };
  beforeEach(() => start(null));
  afterEach(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });

  test('decisions of people and of verdicts that are handed in are listed, newest first, page by page', async () => {
    const rollout = await begin();
    await server.ask('POST', `${rollout}/advance`);
    for (const verdict of ['inconclusive', 'inconclusive', 'promote', 'block']) {
      expect((await server.ask('POST', `${rollout}/verdict`, { verdict })).status).toBe(200);
    }
    const first = (await server.ask('GET', `${rollout}/decisions?limit=3`)).body;
    const rest = (await server.ask('GET', `${rollout}/decisions?limit=3&after=${first.next}`)).body;
    expect(rest.next).toBeNull();
    const brief = [...first.items, ...rest.items].map(({ decision, cause, reason, percent, state }) => {
      return [decision, cause, reason, percent, state].join(' ');
    });
    expect(brief).toEqual([
      'rolled_back verdict blocked 0 rolled_back',
      'advanced verdict promoted 25 active',
      'held verdict undecided 5 active',
      'advanced asked asked 5 active',
    ]);
    expect(first.items[0]).toMatchObject({ instance: server.service.id, verdict: null, policy: null, figures: [] });
    expect((await server.ask('GET', '/v1/rollouts/none/decisions')).body).toMatchObject({ code: 'rollout-unknown' });
  });

  test('the service judges by itself, and says so', async () => {
    await server.stop();
    await start(100);
    const rollout = await begin();
    for (let i = 0; i < 100 && (await decisions(rollout)).length === 0; i++) await sleep(50);
    // Some more judgements that have nothing new to say.
    await sleep(500);
    expect(await decisions(rollout)).toMatchObject([
      {
        decision: 'held',
        cause: 'judged',
        reason: 'undecided',
        because: expect.stringContaining('There is no attempt of either version.'),
        verdict: 'inconclusive',
        rule: 'missing-data',
        policy: { name: 'default' },
        instance: server.service.id,
      },
    ]);
  });

  test('of two simultaneous requests to advance one is refused because the rollout has moved, and no step is skipped', async () => {
    const rollout = await begin();
    const { rollouts } = server.service;
    const id = rollout.slice('/v1/rollouts/'.length);
    const ends = async (ask: () => Promise<unknown>) => {
      const settled = await Promise.allSettled([ask(), ask()]);
      return settled.map((end) => (end.status === 'fulfilled' ? end.value : end.reason));
    };
    const once = expect.arrayContaining([
      expect.objectContaining({ state: 'active' }),
      expect.objectContaining({ code: 'rollout-moved' }),
    ]);
    expect(await ends(() => rollouts.advance(id))).toEqual(once);
    expect(await ends(() => rollouts.apply(id, 'promote'))).toEqual(once);
    expect((await server.ask('GET', rollout)).body.steps).toHaveLength(3);
  });

  test('a decision on a step that is over is refused', async () => {
    const rollout = await begin();
    const answers = await Promise.all([1, 2].map(() => server.ask('POST', `${rollout}/advance`, { percent: 1 })));
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? body.percent}`).sort()).toEqual([
      '200 5',
      '409 rollout-moved',
    ]);
    expect((await server.ask('POST', `${rollout}/advance`, { step: 2 })).status).toBe(400);
    expect((await server.ask('GET', rollout)).body).toMatchObject({ percent: 5 });
  });

  test('simultaneous requests of any kind never get an error of the service', async () => {
    const rollout = await begin();
    const asked = [
      () => server.ask('GET', `${rollout}/verdict`),
      () => server.ask('POST', `${rollout}/verdict`),
      () => server.ask('POST', `${rollout}/verdict`, { verdict: 'inconclusive' }),
      () => server.ask('POST', `${rollout}/verdict`, { verdict: 'promote' }),
      () => server.ask('POST', `${rollout}/verdict`, 'null', { 'content-type': 'application/json' }),
      () => server.ask('POST', `${rollout}/advance`),
      () => server.service.rolloutJudge.round(100).then(() => ({ status: 200 })),
      () => server.ask('POST', `${rollout}/rollback`),
    ];
    const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => asked[i % asked.length]?.()));
    const statuses = answers.map((answer) => answer?.status);
    expect(statuses.filter((status) => status === undefined || ![200, 400, 409].includes(status))).toEqual([]);
    expect(statuses.filter((status) => status === 400)).toHaveLength(16);
    const { steps, state } = (await server.ask('GET', rollout)).body;
    expect(state).not.toBe('active');
    const moves = (await decisions(rollout)).filter(({ decision }) => decision !== 'held');
    expect(moves.map(({ percent }) => percent).reverse()).toEqual(
      steps.slice(1).map((step: { percent: number }) => step.percent),
    );
  });

  async function decisions(rollout: string): Promise<{ decision: string; percent: number }[]> {
    return (await server.ask('GET', `${rollout}/decisions`)).body.items;
  }
});
