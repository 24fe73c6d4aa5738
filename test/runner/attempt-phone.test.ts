import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { attemptPhone, questions } from '../../src/runner/attempt-phone.ts';
import { Finding } from '../../src/runner/finding.ts';
import { openLiveSite } from '../../src/runner/live-site.ts';
import { Steps } from '../../src/runner/steps.ts';
import { openTarget } from '../../src/runner/target.ts';
import { toyCell } from './toy-attempt.ts';

const number = '15550199001';
const [ada, ben] = ['12025550101', '12025550102'] as const;

/** The phone of a flow on a replica of its own, with a file, a group, a community and a channel; and the steps of the attempt. */
async function phoneOfFlow() {
  const steps = new Steps(1, () => {});
  const target = openTarget(toyCell, null, {}, () => {});
  onTestFinished(async () => (await target).close());
  const subject = { shownQr: () => undefined, hasLeftCodes: async () => true, expectDisconnect: () => {} };
  const phone = attemptPhone({ number, platform: undefined }, target, steps, subject);
  const file = await phone.sendMedia(Buffer.from('a file'), { mimetype: 'text/plain' }, {});
  await phone.groups.setInvitationOnly(true, { by: ben });
  const group = await phone.groups.create({ subject: 'Birds', participants: [ada, ben] });
  const community = await phone.communities.create({ subject: 'Town' });
  const channel = await phone.channels.create({ name: 'Sports' });
  return { phone, steps, file, group, community, channel };
}

const liveNothing = {
  ...{ devices: [], chromiumArgs: [], phonesAway: [], screenshots: false },
  ...{ linkedAs: async () => {}, admit: async () => {}, admitStart: () => {} },
};

type Scene = Awaited<ReturnType<typeof phoneOfFlow>>;

test('a question to the phone is nothing that it does, and changes nothing', async () => {
  const { phone, steps, file, group, community, channel } = await phoneOfFlow();
  const all = async () => [
    await phone.state(),
    await phone.groups.list(),
    await phone.communities.list(),
    await phone.channels.list(),
  ];
  const asks: Record<string, () => Promise<unknown>> = {
    state: () => phone.state(),
    media: () => phone.media(file.id),
    receipts: () => phone.receipts(file.id),
    'groups.list': () => phone.groups.list(),
    'groups.get': () => phone.groups.get(group.id),
    'groups.invitationOf': () => phone.groups.invitationOf(group.id, ben),
    'communities.list': () => phone.communities.list(),
    'communities.groups': () => phone.communities.groups(community.id),
    'channels.list': () => phone.channels.list(),
    'channels.get': () => phone.channels.get(channel.id),
  };
  expect(Object.keys(asks).sort()).toEqual([...questions].sort());
  const [acted, before] = [steps.actedAt, structuredClone(await all())];
  for (const ask of Object.values(asks)) await ask();
  expect(steps.actedAt).toBe(acted);
  expect(await all()).toEqual(before);
});

test('a code that no phone in hand takes is shown no longer than the attempt goes on', async () => {
  const steps = new Steps(1, () => {});
  let [looks, shown] = [0, 0];
  const subject = {
    shownQr: () => `qr ${++shown}`,
    hasLeftCodes: async () => {
      looks += 1;
      return false;
    },
    expectDisconnect: () => {},
  };
  const live = { ...liveNothing, show: async () => {} };
  const phone = attemptPhone({ number, platform: undefined }, Promise.resolve(openLiveSite(live)), steps, subject);
  const scanned = expect(phone.scan('qr 0')).rejects.toMatchObject({ code: 'interrupted' });
  await sleep(600);
  steps.fail(new Finding('interrupted', 'the run was interrupted'));
  await scanned;
  expect(shown).toBeGreaterThan(0);
  await sleep(600);
  const after = looks;
  await sleep(600);
  expect(looks).toBe(after);
});

test.each<[string, (scene: Scene) => Promise<unknown>]>([
  ['sends a text', ({ phone }) => phone.send('hello', ada)],
  ['sends a location', ({ phone }) => phone.sendContent({ content: { kind: 'location', latitude: 1, longitude: 2 } })],
  ['sends a file', ({ phone }) => phone.sendMedia(Buffer.from('another'), { mimetype: 'text/plain' }, {})],
  ['reacts', ({ phone, file }) => phone.act(file.id, { kind: 'reaction', text: '👍' })],
  ['marks a message', ({ phone, file }) => phone.mark([file.id], 'starred')],
  ['makes a group', ({ phone }) => phone.groups.create({ subject: 'Fish', participants: [ada] })],
  ['changes a group', ({ phone, group }) => phone.groups.change(group.id, { what: 'subject', subject: 'Fish' })],
  ['ends a community', ({ phone, community }) => phone.communities.deactivate(community.id)],
  ['posts', ({ phone, channel }) => phone.channels.post(channel.id, { kind: 'text', body: 'We won' })],
  ['is rung', ({ phone }) => phone.ring()],
  ['unlinks its devices', ({ phone }) => phone.unlink()],
])('a phone that %s does something, whose answer a flow awaits from then on', async (_, act) => {
  const scene = await phoneOfFlow();
  const before = scene.steps.actedAt;
  await sleep(2);
  await act(scene);
  expect(scene.steps.actedAt).toBeGreaterThan(before);
});
