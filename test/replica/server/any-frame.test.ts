import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { PageFrame } from '../../../src/contracts/replica-protocol.ts';
import { queries } from '../../../src/contracts/replica-queries.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
});
afterAll(() => replica.close());

const anyJid = fc.oneof(
  fc.constantFrom(
    '12025550101@c.us',
    '12025559999@c.us',
    '120363000000000001@g.us',
    'status@broadcast',
    '1@newsletter',
  ),
  fc.string(),
);
const anyMessage = fc.record({
  id: fc.string({ maxLength: 70 }),
  from: anyJid,
  to: anyJid,
  content: fc.oneof(
    fc.record({ kind: fc.constantFrom('text', 'location'), body: fc.string(), latitude: fc.double() }),
    fc.jsonValue(),
  ),
  t: fc.integer(),
  ack: fc.integer({ min: -2, max: 6 }),
});
/** What a page sends while it is online, with any content, and what is no frame at all. */
const anyFrame = fc.oneof(
  fc.record({ type: fc.constant('send'), message: anyMessage }).map((frame) => JSON.stringify(frame)),
  fc
    .record({
      type: fc.constant('receipt'),
      ids: fc.array(fc.string(), { maxLength: 3 }),
      chat: anyJid,
      ack: fc.integer({ min: 0, max: 5 }),
    })
    .map((frame) => JSON.stringify(frame)),
  fc
    .record({ type: fc.constant('report'), event: fc.string(), detail: fc.dictionary(fc.string(), fc.jsonValue()) })
    .map((frame) => JSON.stringify(frame)),
  fc
    .record({
      type: fc.constant('query'),
      requestId: fc.constant(-1),
      name: fc.oneof(fc.constantFrom(...Object.keys(queries)), fc.string()),
      args: fc.jsonValue(),
    })
    .map((frame) => JSON.stringify(frame)),
  fc
    .record({ type: fc.constantFrom('companion-hello', 'pair-error', 'pair-device-sign', 'takeover', 'no-such-frame') })
    .map((frame) => JSON.stringify(frame)),
  fc.json(),
  fc.string(),
);

test('no frame of an online page ends its connection', async () => {
  const { id } = replica.phones.create('12025550140');
  const page = new FakePage(replica);
  await page.link(id);
  let requestId = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame, { maxLength: 20 }), async (frames) => {
      for (const frame of frames) page.sendText(frame);
      requestId++;
      page.send({ type: 'query', requestId, name: 'exists', args: { phone: '12025550101' } });
      let answered: number;
      do answered = (await page.next('answer')).requestId;
      while (answered === -1);
      expect(answered).toBe(requestId);
    }),
    { numRuns: 100 },
  );
  expect(replica.phones.get(id).devices).toMatchObject([{ connected: true }]);
  page.close();
});

test('whatever a page sends before or after its login, its device logs in again', async () => {
  const { id } = replica.phones.create('12025550141');
  const page = new FakePage(replica);
  const { wid, deviceId } = await page.link(id);
  const key = 'AAAA';
  const anyStart = fc.constantFrom<PageFrame>(
    { type: 'login', wid: '12025550199@c.us', deviceId: 1 },
    { type: 'login', wid, deviceId: deviceId + 1 },
    { type: 'login-proof', proof: key },
    { type: 'register', noisePub: key, identityPub: key },
    { type: 'pair-device-sign', proof: key },
    { type: 'takeover' },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStart, { minLength: 1, maxLength: 4 }), fc.boolean(), async (frames, online) => {
      if (online) await page.login(wid, deviceId);
      else await page.open();
      for (const frame of frames) page.send(frame);
      page.close();
      await page.closed();
      await page.login(wid, deviceId);
      page.close();
    }),
    { numRuns: 30 },
  );
});

test('a frame that cannot be handled is listed once, with the reason and a count', async () => {
  const own = await startReplica({ build: '2.3000.1026515401' });
  onTestFinished(() => own.close());
  const heard: string[] = [];
  own.onTrouble(({ message }) => void heard.push(message));
  const { id } = own.phones.create('12025550142');
  const page = new FakePage(own);
  await page.link(id);
  for (let i = 0; i < 3; i++) page.sendText('{"type":"send"');
  page.send({ type: 'report', event: 'stub-called', detail: { module: 'WAWebX', export: 'y' } });
  const events = async () => (await (await fetch(`${own.phoneUrl}/events`)).json()).events;
  await expect.poll(events).toHaveLength(2);
  expect(await events()).toEqual([
    {
      type: 'bad-frame',
      detail: { text: '{"type":"send"', message: expect.stringContaining('JSON') },
      message: expect.stringContaining('cannot read'),
      count: 3,
      firstAt: expect.stringMatching(/^20/),
    },
    expect.objectContaining({ type: 'stub-called', count: 1 }),
  ]);
  expect(heard).toEqual([
    expect.stringMatching(/^the page sent what the replica's server cannot read: /),
    'the program called WAWebX.y, which the replica has only by name',
  ]);
  page.close();
});
