import { expect, test } from 'vitest';
import { linkedClient, sharedClient } from './linked-client.ts';

const contact = '12025550101@c.us';
const shared = sharedClient('1.34.7', '2.3000.1032534684');

test('a reply arrives with the message that it answers, both ways', async () => {
  const { client, phone } = shared;
  const replied = new Promise<void>((resolve) => {
    client.on('message', (message: { reply(text: string): Promise<void> }) => resolve(message.reply('pong')));
  });
  const ping = phone.send('ping');
  expect(await phone.received('pong')).toMatchObject({ quoted: ping.id });
  await replied;
});

test('a text to a number without an account stays sent, one to a contact is read', async () => {
  const { client, phone } = shared;
  await client.sendMessage('12025559999@c.us', 'hello?');
  await client.sendMessage(contact, 'hello');
  await expect.poll(() => phone.messages().find(({ body }) => body === 'hello')?.ack).toBe(3);
  expect(phone.messages().find(({ body }) => body === 'hello?')?.ack).toBe(1);
});

test('a message that the replica does not deliver is refused by name, and the session goes on', async () => {
  await using linked = await linkedClient('1.34.7', '2.3000.1032534684');
  const { client, phone, replica } = linked;
  const states: string[] = [];
  client.on('change_state', (state: string) => void states.push(state));
  await expect(client.sendMessage('120363000000000001@g.us', 'to no group')).rejects.toThrow('item-not-found');
  for (const [to, content] of [['first.last@c.us', 'to no number']]) {
    await expect(client.sendMessage(to, content)).rejects.toThrow(
      'replica: WAWebSendMsgChatAction.addAndSendMsgToChat is only a name here for ',
    );
  }
  await client.sendMessage(contact, 'still here');
  expect((await phone.received('still here')).to).toBe('12025550101');
  expect(states).toEqual([]);
  expect(new Set(replica.findings().map(({ export: name }) => name))).toEqual(new Set(['addAndSendMsgToChat']));
});

test('a method whose member of the page has no code fails in the name of the replica, and is a finding', async () => {
  await using linked = await linkedClient('1.34.7', '2.3000.1032534684');
  const { client, replica } = linked;
  const call = (name: string) => client.pupPage.evaluate(`require('WAWebCmd').Cmd.${name}()`);
  for (const name of ['openTooltip', 'closeTooltip']) {
    await expect(call(name)).rejects.toThrow(`replica: WAWebCmd.Cmd.${name} is only a name here`);
  }
  expect(replica.findings().map(({ export: name }) => name)).toEqual(['Cmd.openTooltip', 'Cmd.closeTooltip']);
});
