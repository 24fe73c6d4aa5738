import { jpeg } from './media-files.ts';
import { contactChat, type Recipe, type Recipes, same } from './recipe.ts';

const picture = { $new: 'MessageMedia', args: ['image/jpeg', jpeg.toString('base64'), 'picture.jpg'] };

/** The recipe of a switch of the page's own settings: nothing leaves the page, so the method has to answer, and the client to stay. */
const setting =
  (method: string): Recipe =>
  async ({ client }) => {
    for (const flag of [false, true]) await client.call(method, flag);
    same((await client.call('getState')).value, 'CONNECTED');
  };

const chatState =
  (method: string, state: string): Recipe =>
  async (world) => {
    const { client, phone, effect, contact } = world;
    await client.callOn(await contactChat(world), method);
    await effect(`the contact sees ${state}`, async () => (await phone.state()).chatStates[contact] === state);
  };

/** Methods about the client itself. */
export const account: Recipes = {
  'Client.initialize': async ({ client }) => {
    // The client is ready: it was called.
    same((await client.sessionFacts()).state, 'CONNECTED');
  },
  'Client.getState': async ({ client }) => same((await client.call('getState')).value, 'CONNECTED'),
  'Client.getWWebVersion': async ({ client }) => {
    same((await client.call('getWWebVersion')).value, (await client.pageFacts()).debugVersion);
  },
  'Client.setStatus': async ({ client, phone, effect }) => {
    await client.call('setStatus', 'At the dentist');
    await effect('the about is set', async () => (await phone.state()).profile.about === 'At the dentist');
  },
  // A business shows the name of its business profile: the page refuses, and the method says so.
  'Client.setDisplayName': async ({ client, phone }) => {
    const { pushname } = (await phone.state()).profile;
    same((await client.call('setDisplayName', 'Canary Bird')).value, false);
    same((await phone.state()).profile.pushname, pushname);
  },
  'Client.setProfilePicture': async ({ client, phone, effect }) => {
    same((await client.call('setProfilePicture', picture)).value, true);
    await effect('the account has a picture', async () => (await phone.state()).profile.picture);
  },
  'Client.deleteProfilePicture': async ({ client, phone, effect }) => {
    same((await client.call('deleteProfilePicture')).value, true);
    await effect('the account has no picture', async () => !(await phone.state()).profile.picture);
  },
  'Client.setAutoDownloadAudio': setting('setAutoDownloadAudio'),
  'Client.setAutoDownloadDocuments': setting('setAutoDownloadDocuments'),
  'Client.setAutoDownloadPhotos': setting('setAutoDownloadPhotos'),
  'Client.setAutoDownloadVideos': setting('setAutoDownloadVideos'),
  'Client.setBackgroundSync': setting('setBackgroundSync'),
  'Client.sendPresenceUnavailable': async ({ client, phone, effect }) => {
    await client.call('sendPresenceAvailable');
    await client.call('sendPresenceUnavailable');
    await effect('the account is not online', async () => !(await phone.state()).isAvailable);
  },
  'Client.sendPresenceAvailable': async ({ client, phone, effect }) => {
    await client.call('sendPresenceAvailable');
    await effect('the account is online', async () => (await phone.state()).isAvailable);
  },
  'Chat.sendStateTyping': chatState('sendStateTyping', 'composing'),
  'Chat.sendStateRecording': chatState('sendStateRecording', 'recording'),
  'Chat.clearState': chatState('clearState', 'paused'),
  'ClientInfo.getBatteryStatus': async ({ client }) => {
    // Linked devices know nothing of the battery of the phone since 2021; the method answers without it.
    const { value } = await client.call('info.getBatteryStatus');
    same(typeof value === 'object' && !('battery' in (value as object)), true);
  },
  'Client.createCallLink': async ({ client }) => {
    const { value } = await client.call('createCallLink', { $date: 1_900_000_000_000 }, 'video');
    same(/^https:\/\/call\.whatsapp\.com\/video\/.+/.test(String(value)), true);
  },
};

/** What takes the connection away, and comes last. */
export const endings: Recipes = {
  'Client.resetState': async ({ client, effect }) => {
    await client.call('resetState');
    await effect('the client is connected again', async () => (await client.call('getState')).value === 'CONNECTED');
  },
  'Client.destroy': async ({ client }) => {
    await client.close();
    await client.start();
    await client.ready();
  },
  'Client.logout': async ({ client, phone, effect }) => {
    await client.logout();
    await effect('no device is linked', async () => (await phone.state()).devices.length === 0);
  },
  'Client.requestPairingCode': async ({ client, phone }) => {
    await client.start({ profile: 'new', pairWithPhoneNumber: phone.number });
    await client.code(phone.number);
    const { value } = await client.call('requestPairingCode', phone.number);
    same(/^[1-9A-HJ-NP-Z]{8}$/.test(String(value)), true);
  },
  'Client.cancelPairingCode': async ({ client }) => {
    await client.call('cancelPairingCode');
    await client.qr();
  },
};
