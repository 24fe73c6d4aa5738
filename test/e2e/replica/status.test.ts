import { describe, expect, test } from 'vitest';
import { sharedClient, workingPairs } from './linked-client.ts';

const ada = '12025550101';
const jid = (number: string) => `${number}@c.us`;
const status = 'status@broadcast';

describe.each(workingPairs)('status with %s on %s', (version, build) => {
  const linked = sharedClient(version, build);

  test('what a contact posts is a message and a broadcast', async () => {
    const { client, phone } = linked;
    const received = linked.event('message');
    phone.send('sunny today', { from: ada, to: status });
    const [message] = await received;
    expect(message).toMatchObject({ from: status, author: jid(ada), body: 'sunny today', isStatus: true });
    const [broadcast] = await client.getBroadcasts();
    expect(broadcast).toMatchObject({ totalCount: 1, unreadCount: 1 });
    expect(broadcast.id._serialized).toBe(jid(ada));
    expect(broadcast.msgs.map(({ body }: { body: string }) => body)).toEqual(['sunny today']);
  });

  test.runIf(version === '1.34.7')('a text that a client posts reaches the phone and is read by contacts', async () => {
    const { client, phone } = linked;
    const created = linked.event('message_create');
    await client.sendMessage(status, 'my day', { extra: { backgroundColor: '#0275d8', fontStyle: 2 } });
    expect(await phone.received('my day')).toMatchObject({
      to: status,
      content: { kind: 'text', body: 'my day', style: { background: 0xff0275d8, font: 2 } },
    });
    const [message] = await created;
    expect(message).toMatchObject({ fromMe: true, body: 'my day' });
    await expect.poll(() => phone.messages().find(({ body }) => body === 'my day')?.ack).toBe(3);
    const mine = await client.getBroadcastById(jid(phone.number));
    expect(mine.msgs.map(({ body }: { body: string }) => body)).toEqual(['my day']);
    await client.revokeStatusMessage(message.id._serialized);
    await expect.poll(() => phone.messages().find(({ id }) => id === message.id.id)?.revokedBy).toBeDefined();
  });
});
