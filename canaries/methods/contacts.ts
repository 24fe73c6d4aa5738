import type { Json, LibraryValue } from '../../src/contracts/host.ts';
import { jpeg } from './media-files.ts';
import { at, both, first, type MethodWorld, type Recipes, same } from './recipe.ts';

/** A number without an account, and one that no recipe talks with. */
const unknownNumber = '12025559999';
const other = '12025550102';

const contactObject = ({ client, contact }: MethodWorld) => client.call('getContactById', contact);

/** The recipes of the same method of the client, which takes the contact's id, and of the contact. */
const ofContact = (clientMethod: string, objectMethod: string, check: Parameters<typeof both>[2]) =>
  both(clientMethod, objectMethod, check, contactObject);

/** Other recipes need what the contact sends: it is blocked only as long as `check` runs. */
async function whileBlocked(phone: MethodWorld['phone'], check: () => Promise<void>): Promise<void> {
  await phone.block(phone.contact);
  try {
    await check();
  } finally {
    await phone.block(phone.contact, false);
  }
}

/** @throws Error when the address does not lead to the picture of the account. */
async function isPicture({ value }: LibraryValue): Promise<void> {
  if (typeof value !== 'string') throw new Error(`it answered ${value} and no address`);
  const bytes = Buffer.from(await (await fetch(value)).arrayBuffer());
  same(bytes.equals(jpeg), true);
}

/** Methods about people, and about numbers. */
export const contacts: Recipes = {
  'Client.getContactById': async (world) => {
    same(at((await contactObject(world)).value, 'number'), world.phone.contact);
  },
  'Client.getContacts': async ({ client, contact }) => {
    const { value } = await client.call('getContacts');
    same(
      (value as Json[]).some((each) => at(each, 'id', '_serialized') === contact),
      true,
    );
  },
  'Contact.getChat': async (world) => {
    const { value } = await world.client.callOn(await contactObject(world), 'getChat');
    same(at(value, 'id', '_serialized'), world.contact);
  },
  ...ofContact('getCountryCode', 'Contact.getCountryCode', async (_world, call) => same((await call()).value, '1')),
  ...ofContact('getFormattedNumber', 'Contact.getFormattedNumber', async (_world, call) => {
    same((await call()).value, '+1 (202) 555-0101');
  }),
  'Client.isRegisteredUser': async ({ client, contact }) => {
    same((await client.call('isRegisteredUser', contact)).value, true);
    same((await client.call('isRegisteredUser', `${unknownNumber}@c.us`)).value, false);
  },
  'Client.getNumberId': async ({ client, phone, contact }) => {
    same(at((await client.call('getNumberId', phone.contact)).value, '_serialized'), contact);
    same((await client.call('getNumberId', unknownNumber)).value, null);
  },
  'Client.getContactLidAndPhone': async ({ client, contact }) => {
    const { value } = await client.call('getContactLidAndPhone', [contact]);
    same([at(value, 0, 'pn'), String(at(value, 0, 'lid')).endsWith('@lid')], [contact, true]);
  },
  'Client.getContactDeviceCount': async ({ client, contact }) => {
    same(((await client.call('getContactDeviceCount', contact)).value as number) >= 1, true);
  },
  'Contact.block': async (world) => {
    const { client, phone, effect, contact } = world;
    same((await client.callOn(await contactObject(world), 'block')).value, true);
    await effect('the contact is blocked', async () => (await phone.state()).blocked.includes(contact));
    await phone.block(phone.contact, false);
  },
  'Client.getBlockedContacts': ({ client, phone, effect, contact }) =>
    whileBlocked(phone, async () => {
      await effect('the client has the contact as blocked', async () => {
        return at((await client.call('getBlockedContacts')).value, 0, 'id', '_serialized') === contact;
      });
    }),
  'Contact.unblock': (world) =>
    whileBlocked(world.phone, async () => {
      const { client, phone, effect, contact } = world;
      same((await client.callOn(await contactObject(world), 'unblock')).value, true);
      await effect('the contact is not blocked', async () => !(await phone.state()).blocked.includes(contact));
    }),
  'Client.saveOrEditAddressbookContact': async ({ client, phone, effect }) => {
    await client.call('saveOrEditAddressbookContact', other, 'Benjamin', 'Canary', false);
    await effect('the contact has its new name on the phone', async () => {
      return (await phone.state()).contacts.some(
        ({ id, name }) => id === `${other}@c.us` && name === 'Benjamin Canary',
      );
    });
  },
  'Client.deleteAddressbookContact': async ({ client, phone, effect }) => {
    await client.call('deleteAddressbookContact', `${other}@c.us`);
    await effect('the contact is not in the address book', async () => {
      return !(await phone.state()).contacts.some(({ id }) => id === `${other}@c.us`);
    });
  },
  'Contact.getAbout': async ({ client, phone }) => {
    await phone.changeProfile({ about: 'Busy with tests' });
    const own = await client.call('getContactById', `${phone.number}@c.us`);
    same((await client.callOn(own, 'getAbout')).value, 'Busy with tests');
  },
  'Client.getProfilePicUrl': async ({ client, phone }) => {
    await phone.changeProfile({ picture: jpeg.toString('base64') });
    await isPicture(await client.call('getProfilePicUrl', `${phone.number}@c.us`));
  },
  'Contact.getProfilePicUrl': async ({ client, phone }) => {
    await phone.changeProfile({ picture: jpeg.toString('base64') });
    const own = await client.call('getContactById', `${phone.number}@c.us`);
    await isPicture(await client.callOn(own, 'getProfilePicUrl'));
  },
  'Call.reject': async ({ client, phone, effect }) => {
    const { id } = await phone.ring({});
    const call = first(await client.event('call', { id }));
    await client.callOn(call, 'reject');
    await effect('the call is rejected', async () => {
      return (await phone.state()).calls.some((each) => each.id === id && each.state === 'rejected');
    });
  },
};
