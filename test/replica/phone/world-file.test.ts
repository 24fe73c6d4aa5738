import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { WorldInput } from '../../../src/contracts/world-file.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1026515401';

async function start(world: string | WorldInput, state?: string) {
  const replica = await startReplica({ build, world, ...(state !== undefined && { state }) });
  onTestFinished(() => replica.close());
  return replica;
}

function fileOf(text: string): string {
  const file = join(temporaryFolder(), 'world.yaml');
  writeFileSync(file, text);
  return file;
}

/** The world in the documentation. */
function documentedWorld(): string {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/replica.md'), 'utf8');
  const [, text] = /```yaml\n(people:.*?)```/s.exec(docs) ?? [];
  if (text === undefined) throw new Error('docs/replica.md has no world');
  return text;
}

test('the world of the documentation is there from the start', async () => {
  const replica = await start(fileOf(documentedWorld()));
  const [phone] = replica.phones.list();
  expect(phone).toMatchObject({
    number: '13125550101',
    profile: { pushname: 'Harbour office' },
    blocked: ['12025550103@c.us'],
    labels: [{ id: '1', name: 'new customer', color: 3 }],
    chats: [
      { id: '12025550110@c.us', name: 'Dora Diver', messages: 3, labels: ['1'] },
      { id: '120363040000000001@g.us', mutedUntil: -1 },
      { id: '120363040000000002@g.us', name: 'Harbour' },
      { name: 'Harbour' },
    ],
  });
  expect(phone?.chats[0]?.pinned).toBeGreaterThan(0);
  expect(replica.phones.people()).toContainEqual({
    number: '12025550110',
    pushname: 'Dora',
    picture: false,
    about: 'at sea',
    privacy: 'contacts',
  });
  const page = new FakePage(replica);
  onTestFinished(() => page.close());
  const { refs } = await page.register();
  const scanned = replica.phones.scan(phone?.id ?? '', page.qr(refs[0] as string));
  const success = await page.answerPairing();
  await scanned;
  await page.closed();
  await page.login(success.wid, success.deviceId);
  const sync = await page.next('sync');
  expect(sync.groups).toMatchObject([
    { subject: 'Night watch', addressing: 'lid', community: { as: 'linked', parent: '120363040000000002@g.us' } },
    { subject: 'Harbour', community: { as: 'parent' }, size: 3 },
    { subject: 'Harbour', settings: { announce: true }, size: 3 },
  ]);
  expect(sync.contacts.map(({ name }) => name)).toEqual(['Dora Diver', 'Ada Canary']);
  expect(sync.messages.filter(({ to }) => !to.endsWith('@g.us')).map(({ content, t }) => [content.kind, t])).toEqual([
    ['text', 1_793_527_200],
    ['text', 1_793_527_260],
    ['location', 1_793_527_320],
  ]);
});

test('phones of one world talk with each other, and both have the chat', async () => {
  const messages = [{ text: 'hello' }, { text: 'hi', from: '13125550101' }];
  const replica = await start({
    phones: [{ number: '13125550101', chats: [{ with: '13125550102', messages }] }, { number: '13125550102' }],
  });
  const [one, two] = replica.phones.list();
  expect(one?.chats).toMatchObject([{ id: '13125550102@c.us', messages: 2 }]);
  expect(two?.chats).toMatchObject([{ id: '13125550101@c.us', messages: 2 }]);
});

test('phones that a folder keeps come from there, people from the file', async () => {
  const state = temporaryFolder();
  const world: WorldInput = { people: { '12025550110': { pushname: 'Dora' } }, phones: [{ number: '13125550101' }] };
  const first = await start(world, state);
  first.phones.phone('phone-1').changeProfile({ about: 'changed' });
  await first.close();
  const second = await start(world, state);
  expect(second.phones.list()).toMatchObject([{ number: '13125550101', profile: { about: 'changed' } }]);
  expect(second.phones.people()).toContainEqual(expect.objectContaining({ number: '12025550110', pushname: 'Dora' }));
});

test.each([
  ['phones:\n  - number: "12"\n', /world\.yaml:2:13: phones\[0\]\.number: must be 7 to 15 digits/],
  ['people:\n  "12": {}\n', /world\.yaml:2:9: people\.12: must be 7 to 15 digits/],
  [
    'phones:\n  - number: "13125550101"\n    chat: []\n',
    /:3:5: phones\[0\]\.chat: unknown key, did you mean "chats"\?/,
  ],
  [
    'phones:\n  - number: "13125550101"\n    chats:\n      - with: "12025550199"\n',
    /:4:15: phones\[0\]\.chats\[0\]\.with: 12025550199 is neither a phone of this file nor one of its people/,
  ],
  [
    'phones:\n  - number: "13125550101"\n    chats:\n      - with: 120363040000000001@g.us\n',
    /:4:15: .*there is no group 120363040000000001@g\.us in this file/,
  ],
  [
    'phones:\n  - number: "13125550101"\n    chats:\n      - { with: "12025550101", labels: ["7"] }\n',
    /:4:41: .*the phone has no label 7/,
  ],
  [
    'phones:\n  - number: "13125550101"\n    chats:\n      - with: "12025550101"\n        messages: [{ text: x, from: "12025550102" }]\n',
    /:5:37: .*12025550102 is not in this chat/,
  ],
  [
    'phones:\n  - number: "13125550101"\n    chats:\n      - with: "12025550101"\n        messages: [{ at: yesterday }]\n',
    /:5:26: .*must be a time such as 2026-11-01T10:00:00Z/,
  ],
  ['phones:\n  - number: "13125550101"\n  - number: "13125550101"\n', /:3:13: .*is the number of two phones/],
  [
    'groups:\n  - { id: 120363040000000001@g.us, subject: x, owner: "12025550199" }\n',
    /:2:55: groups\[0\]\.owner: 12025550199 is neither/,
  ],
  [
    'communities:\n  - { id: 120363040000000002@g.us, subject: x, owner: "12025550101", groups: [120363040000000001@g.us] }\n',
    /:2:79: communities\[0\]\.groups\[0\]: there is no group 120363040000000001@g\.us in this file/,
  ],
  ['phones:\n  - { number: "13125550101", picture: none.jpg }\n', /none\.jpg: cannot be read \(ENOENT\)/],
])('the mistake in %j is named with its line', async (text, message) => {
  await expect(start(fileOf(text))).rejects.toThrow(message);
});
