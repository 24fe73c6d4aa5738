import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';

async function start(state: string) {
  const replica = await startReplica({ build, state });
  onTestFinished(() => replica.close());
  return replica;
}

test('the next replica has the phones with their devices and texts, and the key that browsers trust', async () => {
  const state = join(temporaryFolder(), 'made', 'here');
  const first = await start(state);
  const { id } = first.phones.create('13125550101');
  const page = new FakePage(first);
  const { wid, deviceId } = await page.link(id);
  first.phones.send(id, { body: 'before' });
  const { received, sent } = first.phones.get(id);
  await first.close();

  const second = await start(state);
  expect(second.phones.get(id)).toMatchObject({ number: '13125550101', received, sent });
  expect(second.phones.devices()).toMatchObject([{ id: deviceId, sync: 'done', connected: false }]);
  expect(second.chromiumArgs[1]).toBe(first.chromiumArgs[1]);
  second.phones.send(id, { body: 'meanwhile' });

  const restored = new FakePage(second);
  onTestFinished(() => restored.close());
  Object.assign(restored, { noise: page.noise });
  await restored.login(wid, deviceId);
  expect([(await restored.next('message')).message.content, (await restored.next('message')).message.content]).toEqual([
    { kind: 'text', body: 'before' },
    { kind: 'text', body: 'meanwhile' },
  ]);
  expect(second.phones.create('13125550102').id).toBe('phone-2');
});

test('a change is written soon, so that a killed replica loses nothing of it', async () => {
  const state = temporaryFolder();
  const replica = await start(state);
  replica.phones.create('13125550101');
  const kept = () => JSON.parse(readFileSync(join(state, 'phones.json'), 'utf8')).phones;
  await expect
    .poll(() => {
      try {
        return kept().length;
      } catch {
        return 0;
      }
    })
    .toBe(1);
});

test('only the user can read the key', async () => {
  const state = temporaryFolder();
  await start(state);
  expect(statSync(join(state, 'certificate-key.pem')).mode & 0o077).toBe(0);
});

test.each([
  ['phones.json', '{ "schemaVersion": 99 }', /phones\.json.*schemaVersion/s],
  ['phones.json', 'no json {', /phones\.json/],
  ['certificate-key.pem', 'no key', /certificate-key\.pem: it is no private key/],
])('a broken %s is refused by name', async (file, text, message) => {
  const state = temporaryFolder();
  writeFileSync(join(state, file), text);
  await expect(startReplica({ build, state })).rejects.toThrow(message);
});

test('a folder that cannot be made is trouble that names the option', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(startReplica({ build, state: join(file, 'below') })).rejects.toThrow(/--state .*cannot write/);
});

test('phones that a release kept which knew texts only are there, with their texts', async () => {
  const state = temporaryFolder();
  const first = await start(state);
  const { id } = first.phones.create('13125550101');
  const page = new FakePage(first);
  await page.link(id);
  page.close();
  first.phones.send(id, { body: 'before' });
  await first.close();
  const file = join(state, 'phones.json');
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  const asText = ({ content, ...message }: { content: { body: string } }) => ({ ...message, body: content.body });
  const [{ account }] = kept.phones;
  delete account.mutations;
  account.messages = account.messages.map(asText);
  for (const list of ['received', 'sent']) for (const message of account[list]) delete message.content;
  for (const device of account.devices) {
    delete device.missed;
    device.undelivered = device.undelivered.map(asText);
  }
  writeFileSync(file, JSON.stringify({ phones: kept.phones, schemaVersion: 1 }));
  const second = await start(state);
  expect(second.phones.get(id).sent).toMatchObject([{ body: 'before', content: { kind: 'text', body: 'before' } }]);
});
