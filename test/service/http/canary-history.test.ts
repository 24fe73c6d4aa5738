import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleHistory } from '../../fixtures/example-history.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let server: TestServer;
const homeBefore = process.env.WWEBJS_CANARY_HOME;

beforeAll(async () => {
  process.env.WWEBJS_CANARY_HOME = temporaryFolder();
  await exampleHistory(join(process.env.WWEBJS_CANARY_HOME, 'store.sqlite'));
  server = await startTestServer({
    database: `sqlite:${join(temporaryFolder(), 'service.sqlite')}`,
    openHost: silentHosts,
  });
});
afterAll(async () => {
  expect(server.troubles).toEqual([]);
  await server.stop();
  if (homeBefore === undefined) delete process.env.WWEBJS_CANARY_HOME;
  else process.env.WWEBJS_CANARY_HOME = homeBefore;
});

const ask = (query = '', headers?: Record<string, string>) =>
  server.ask('GET', `/v1/canary-history${query}`, undefined, headers);

test('the last 30 days are the answer where nothing else is asked for', async () => {
  const { status, body } = await ask();
  expect(status).toBe(200);
  expect(body).toMatchObject({ window: '30d', libraries: ['1.34.7', '1.25.0'], links: [] });
  expect(body.buckets).toHaveLength(31);
});

test('several who ask the same at the same time get the same answer, and other questions theirs', async () => {
  const [one, same, other] = await Promise.all([ask('?window=7d'), ask('?window=7d'), ask('?library=1.25.0')]);
  expect(same.body).toEqual(one.body);
  expect(other.body.rates.map(({ library }: { library: string }) => library)).toEqual(['1.25.0']);
});

test.each([
  ['?window=week', 'window "week": it has to be from 1h to 366d'],
  ['?library=9.9.9', 'library 9.9.9: the store has no attempt of it; it has 1.34.7, 1.25.0'],
  ['?build=latest', 'build: "latest" is not a WhatsApp Web build number'],
  ['?since=7d', 'Unrecognized key'],
])('%s is refused by name', async (query, detail) => {
  const { status, body } = await ask(query);
  expect([status, body.code]).toEqual([400, 'invalid-request']);
  expect(body.detail).toContain(detail);
});

test('a request without a key is refused', async () => {
  expect((await ask('', { authorization: '' })).status).toBe(401);
});
