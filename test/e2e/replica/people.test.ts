import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { linkedClient, sharedClient, workingPairs } from './linked-client.ts';

const contact = '12025550101@c.us';
const number = '12025550101';
const own = '13125550101@c.us';
/** One white pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=';

describe.each(workingPairs)('with %s on %s', (version, build) => {
  const linked = sharedClient(version, build);
  const { event } = linked;

  test('the own picture is set, has an address with its bytes, and is removed', async () => {
    const { client, phone, library } = linked;
    expect(await client.setProfilePicture(new library.MessageMedia('image/png', pixel))).toBe(true);
    expect(phone.state().profile).toMatchObject({ picture: true });
    expect(await client.deleteProfilePicture()).toBe(true);
    expect(phone.state().profile).toMatchObject({ picture: false });
  });

  test('about and name of the account are those of the phone', async () => {
    const { client, phone } = linked;
    await client.setStatus('counting birds');
    expect(phone.state().profile).toMatchObject({ about: 'counting birds' });
    expect(await client.setDisplayName('Bird counter')).toBe(true);
    expect(phone.state().profile).toMatchObject({ pushname: 'Bird counter' });
    expect(await (await client.getContactById(own)).getAbout()).toBe('counting birds');
  });

  test('the about of a contact is seen unless it is hidden', async () => {
    const { client, replica } = linked;
    const about = async () => (await client.getContactById(contact)).getAbout();
    replica.changePerson(number, { about: 'at sea' });
    expect(await about()).toBe('at sea');
    replica.changePerson(number, { privacy: 'none' });
    expect(await about()).toBeNull();
    replica.changePerson(number, { privacy: 'all' });
  });

  test('a blocked contact is in the list of the phone, and the phone unblocks it', async () => {
    const { client, phone } = linked;
    phone.block(number);
    await expect.poll(async () => (await client.getContactById(contact)).isBlocked).toBe(true);
    phone.block(number, false);
    await expect.poll(async () => (await client.getContactById(contact)).isBlocked).toBe(false);
  });

  test('who is blocked by lid is blocked by number', async () => {
    const { client, phone } = linked;
    const stranger = '12025550144';
    linked.replica.changePerson(stranger, { pushname: 'Dora' });
    await client.sendMessage(`${stranger}@c.us`, 'hello');
    const block = (action: string) =>
      client.pupPage.evaluate(`(async () => {
        const id = window.require('WAWebWidFactory').createWid('${stranger}@c.us');
        let lid;
        while (!(lid = window.require('WAWebApiContact').getAlternateUserWid(id))) await new Promise(requestAnimationFrame);
        const { ${action} } = window.require('WAWebBlockContactAction');
        await ${action}(${action === 'blockContact' ? '{ contact: { id: lid } }' : '{ id: lid }'});
      })()`);
    await block('blockContact');
    expect(phone.state().blocked).toContain(`${stranger}@c.us`);
    expect((await client.getContactById(`${stranger}@c.us`)).isBlocked).toBe(true);
    const blocked: { id: { _serialized: string } }[] = await client.getBlockedContacts();
    expect(blocked.map(({ id }) => id._serialized)).toContain(`${stranger}@c.us`);
    await block('unblockContact');
    expect(phone.state().blocked).not.toContain(`${stranger}@c.us`);
    expect((await client.getContactById(`${stranger}@c.us`)).isBlocked).toBe(false);
  });

  test('typing and recording are seen by the other party, and presence by all', async () => {
    const { client, phone } = linked;
    const chat = await client.getChatById(contact);
    const state = () => phone.state().chatStates[contact];
    await chat.sendStateTyping();
    await expect.poll(state).toBe('composing');
    await chat.sendStateRecording();
    await expect.poll(state).toBe('recording');
    await chat.clearState();
    await expect.poll(state).toBe('paused');
    await client.sendPresenceAvailable();
    expect(phone.state().isAvailable).toBe(true);
    await client.sendPresenceUnavailable();
    expect(phone.state().isAvailable).toBe(false);
  });

  test('an account is found by its number, another is not', async () => {
    const { client } = linked;
    expect(await client.getNumberId(number)).toMatchObject({ _serialized: contact });
    expect(await client.isRegisteredUser('12025550102@c.us')).toBe(true);
    expect(await client.getNumberId('12025559999')).toBeNull();
    expect(await client.isRegisteredUser('12025559999')).toBe(false);
    expect(await client.getCountryCode('+12025550101')).toBe('1');
    expect(await client.getCountryCode('351911234567')).toBe('351');
  });

  test('lids stand beside numbers', async () => {
    const { client } = linked;
    const [{ lid, pn }] = await client.getContactLidAndPhone([contact]);
    expect([lid, pn]).toEqual([expect.stringMatching(/^\d{15}@lid$/), contact]);
    expect(await client.getContactLidAndPhone([lid])).toEqual([{ lid, pn: contact }]);
  });

  test('a business has its profile, and each account is counted with its devices', async () => {
    const { client, replica } = linked;
    replica.changePerson('12025550102', {
      business: { description: 'Bread and cakes', website: ['https://bread.test'] },
    });
    await client.getNumberId('12025550102');
    expect(await client.getContactById('12025550102@c.us')).toMatchObject({
      isBusiness: true,
      businessProfile: { description: 'Bread and cakes', website: ['https://bread.test'] },
    });
    expect(await client.getContactDeviceCount(own)).toBe(2);
    expect(await client.getContactDeviceCount(contact)).toBe(1);
  });

  test('a contact that changes the number is reported', async () => {
    const { client, phone, replica } = linked;
    const [from, to] = version === '1.34.7' ? ['12025550161', '12025550162'] : ['12025550163', '12025550164'];
    replica.changePerson(from, { pushname: 'Mover' });
    phone.change({ action: 'contact', index: `${from}@c.us`, value: { name: 'Mover' } });
    const changed = event('contact_changed');
    replica.changeNumber(from, to);
    expect((await changed).slice(1)).toEqual([`${from}@c.us`, `${to}@c.us`, true]);
    expect(await client.getContactById(`${to}@c.us`)).toMatchObject({ name: 'Mover', isMyContact: true });
  });

  test('preferences are kept, and a call has a link', async () => {
    const { client } = linked;
    for (const kind of ['Audio', 'Documents', 'Photos', 'Videos']) await client[`setAutoDownload${kind}`](true);
    expect(await client.setBackgroundSync(true)).toBe(true);
    const kept = await client.pupPage.evaluate(() => Object.entries(localStorage));
    expect(Object.fromEntries(kept)).toMatchObject({
      WAAutoDownloadDocuments: 'true',
      WAGlobalOfflineNotifications: 'true',
    });
    expect(await client.createCallLink(new Date(), 'video')).toMatch(
      /^https:\/\/call\.whatsapp\.com\/video\/[\w-]{22}$/,
    );
  });
});

test.each([
  ['1.33.2', '2.3000.1029241508', 'rejected'],
  ['1.34.7', '2.3000.1040549582', 'ringing'],
])('a call is an event with %s on %s, and after its rejection it is %s', async (version, build, state) => {
  await using linked = await linkedClient(version, build);
  const { client, phone, replica } = linked;
  const called = once(client as never, 'call', { signal: AbortSignal.timeout(10_000) });
  const ringing = phone.ring({ isVideo: true });
  const [call] = await called;
  expect(call).toMatchObject({ id: ringing.id, from: contact, isVideo: true, isGroup: false, fromMe: false });
  await call.reject();
  expect(phone.state().calls).toMatchObject([{ id: ringing.id, state }]);
  expect(replica.findings()).toEqual([]);
});
