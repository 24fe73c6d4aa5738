import { expect, onTestFinished, test } from 'vitest';
import { startReplica as startCore } from '../../src/replica/start-replica.ts';
import { startTestReplica, TestReplica } from '../../src/testing/start-test-replica.ts';
import { FakePage } from '../replica/fake-page.ts';

const build = '2.3000.1026515401';

/** A replica with one phone and a page that shows a QR code for it. */
async function replicaWithPage() {
  const core = await startCore({ build });
  const replica = new TestReplica(core);
  const phone = replica.addPhone();
  const page = new FakePage(core);
  onTestFinished(async () => {
    page.close();
    await replica.close();
  });
  return { replica, phone, page, link: () => page.link('phone-1') };
}

const text = (from: string, id: string, body: string) => ({
  type: 'send' as const,
  message: {
    id,
    from: `${from}@c.us`,
    to: '12025550102@c.us',
    content: { kind: 'text' as const, body },
    t: 1_790_000_000,
    ack: 0,
  },
});

test('starts with one phone of a number for fiction, and adds more', async () => {
  await using replica = await startTestReplica({ build });
  expect(replica.phones.map(({ number }) => number)).toEqual(['13125550101']);
  expect(replica.addPhone().number).toBe('13125550102');
  expect(() => replica.addPhone('13125550101')).toThrow('There is a phone with the number 13125550101');
  expect(replica).toMatchObject({
    build,
    chromiumArgs: [expect.stringContaining('web.whatsapp.com'), expect.any(String), expect.any(String)],
  });
});

test('a malformed build, condition or number is refused and leaves nothing open', async () => {
  await expect(startTestReplica({ build: 'latest' })).rejects.toThrow('latest');
  await expect(startTestReplica({ build, conditions: ['no-such'] })).rejects.toThrow('no-such');
  await expect(startTestReplica({ build, phones: ['+1'] })).rejects.toThrow('without "+"');
});

test('is closed at the end of its block', async () => {
  let phoneUrl: string;
  {
    await using replica = await startTestReplica({ build, phones: [] });
    phoneUrl = replica.phoneUrl;
    expect((await fetch(`${phoneUrl}/devices`)).status).toBe(200);
  }
  await expect(fetch(`${phoneUrl}/devices`)).rejects.toThrow();
});

test('a linked device is listed until the phone unlinks it', async () => {
  const { phone, link } = await replicaWithPage();
  await link();
  expect(phone.devices()).toMatchObject([{ id: 1, number: phone.number }]);
  expect(phone.unlink()).toEqual([1]);
  expect(phone.devices()).toEqual([]);
});

test('received finds texts that came before and texts that come later', async () => {
  const { phone, page, link } = await replicaWithPage();
  await link();
  const later = phone.received(/^po+ng$/);
  page.send(text(phone.number, 'A1', 'pong'));
  const first = await later;
  expect(first).toMatchObject({ body: 'pong' });
  expect(await phone.received('pong')).toBe(first);
  const second = phone.received('pong', { after: first });
  page.send(text(phone.number, 'A2', 'pong'));
  expect((await second).id).toContain('A2');
});

test('received does not take what a contact wrote for a text of a device, and lists what came', async () => {
  const { phone, page, link } = await replicaWithPage();
  await link();
  phone.send('ping');
  page.send(text(phone.number, 'A1', 'pang'));
  await phone.received((message) => message.body.startsWith('pa'));
  await expect(phone.received('ping', { timeoutMs: 50 })).rejects.toThrow(
    `no text "ping" came from a linked device of ${phone.number} within 50 ms; these came: ["pang"]`,
  );
});

test('closing the replica ends the wait for a text', async () => {
  const replica = await startTestReplica({ build });
  const waiting = expect(replica.phones[0]?.received('pong')).rejects.toThrow('the replica was closed');
  await replica.close();
  await waiting;
});

test('a part that the replica has only by name is a finding, once', async () => {
  const { replica, page, link } = await replicaWithPage();
  await link();
  expect(replica.findings()).toEqual([]);
  const stack = [
    'Error: replica: WAWebX.send is only a name here',
    '    at stub (https://web.whatsapp.com/static/app.js:1:2)',
    '    at window.WWebJS.send (pptr:evaluate;Client.%3Canonymous%3E%20(%2Flib%2FClient.js%3A3%3A4):5:6)',
    '    at pptr:evaluate;Client.sendMessage%20(%2Flib%2FClient.js%3A7%3A8):9:10',
    '    at somewhere (https://web.whatsapp.com/other.js:11:12)',
  ].join('\n');
  const report = { type: 'report', event: 'stub-called', detail: { module: 'WAWebX', export: 'send', stack } } as const;
  page.send(report);
  page.send(report);
  await expect
    .poll(() => replica.findings())
    .toEqual([
      {
        code: 'replica-stub-called',
        module: 'WAWebX',
        export: 'send',
        message: 'the program called WAWebX.send, which the replica has only by name',
        where: [
          'at window.WWebJS.send, evaluated by Client.<anonymous> (/lib/Client.js:3:4)',
          'at Client.sendMessage (/lib/Client.js:7:8)',
          'at somewhere (https://web.whatsapp.com/other.js:11:12)',
        ],
      },
    ]);
});

test('the phones of a world are those of the replica, and further ones are added', async () => {
  const world = {
    phones: [{ number: '13125550107', chats: [{ with: '12025550101', messages: [{ text: 'hello' }] }] }],
  };
  await using replica = await startTestReplica({ build, world });
  expect(replica.phones.map(({ number }) => number)).toEqual(['13125550107']);
  expect(replica.phones[0]?.chat('12025550101@c.us')).toMatchObject({ name: 'Ada Canary', messages: 1 });
  await using more = await startTestReplica({ build, world, phones: ['13125550108'] });
  expect(more.phones.map(({ number }) => number)).toEqual(['13125550107', '13125550108']);
});
