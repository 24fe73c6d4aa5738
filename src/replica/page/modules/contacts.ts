import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import type { Contact } from '../model/models.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

const attribute = (name: string) => (contact: Contact) => contact.get(name);

/** Contacts, lookup of numbers, and the mapping of numbers to lids. */
export function contactModules(page: Page, lifecycle: Lifecycle): Implementations {
  const isMe = ({ id }: Contact) => Boolean(page.me?.pn.equals(id) || page.me?.lid.equals(id));
  const isMyContact = (contact: Contact) => contact.name !== undefined;
  const queryWidExists = async (wid: Wid) => {
    const found = await lifecycle.requests.query('exists', { phone: wid.user });
    return found && { wid: new Wid(found.wid), biz: false };
  };
  return {
    WAWebContactGetters: {
      getId: attribute('id'),
      getIsMe: isMe,
      getIsUser: ({ id }: Contact) => id.isUser(),
      getIsGroup: ({ id }: Contact) => id.isGroup(),
      getIsBroadcast: ({ id }: Contact) => id.isBroadcast(),
      getIsNewsletter: ({ id }: Contact) => id.isNewsletter(),
      getIsWAContact: ({ id }: Contact) => id.isUser(),
      getIsMyContact: isMyContact,
      getUserid: ({ id }: Contact) => id.user,
      getName: attribute('name'),
      getShortName: attribute('shortName'),
      getPushname: attribute('pushname'),
      getNotifyName: attribute('pushname'),
      getVerifiedName: attribute('verifiedName'),
      getVerifiedLevel: attribute('verifiedLevel'),
      getStatusMute: attribute('statusMute'),
      getIsBusiness: (contact: Contact) => Boolean(contact.get('isBusiness')),
      getIsEnterprise: (contact: Contact) => Boolean(contact.get('isEnterprise')),
      getIsSmb: (contact: Contact) => Boolean(contact.get('isSmb')),
      getFormattedName: displayName,
      getDisplayName: displayName,
      getFormattedShortName: displayName,
    },
    WAWebFrontendContactGetters: {
      getIsMyContact: isMyContact,
      getIsContactBlocked: attribute('isContactBlocked'),
      getPhoneNumber: attribute('phoneNumber'),
      getDisplayName: displayName,
      getFormattedName: displayName,
    },
    // Chats of the replica are addressed by phone number: the account's own lid is the only lid.
    WAWebApiContact: {
      getCurrentLid: (wid: Wid) => (page.me?.pn.equals(wid) ? page.me.lid : null),
      getLatestLid: (wid: Wid) => (page.me?.pn.equals(wid) ? page.me.lid : null),
      getPhoneNumber: (wid: Wid) => (page.me?.lid.equals(wid) ? page.me.pn : null),
      getAlternateUserWid: () => null,
    },
    WAWebLidMigrationUtils: {
      toPn: (wid: Wid) => (page.me?.lid.equals(wid) ? page.me.pn : wid),
      toLid: (wid: Wid) => (page.me?.pn.equals(wid) ? page.me.lid : wid),
    },
    WAWebQueryExistsJob: {
      queryWidExists,
      queryExist: queryWidExists,
      queryExists: queryWidExists,
      queryPhoneExists: (phone: string) => queryWidExists(new Wid(`${phone.replace(/\D/g, '')}@c.us`)),
    },
  };
}

function displayName({ name, pushname, id }: Contact): string {
  return name ?? pushname ?? `+${id.user}`;
}
