import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { titleOf } from '../model/collections.ts';
import type { Contact } from '../model/models.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

const attribute = (name: string) => (contact: Contact) => contact.get(name);

/** Contacts, lookup of numbers, and the mapping of numbers to lids. */
export function contactModules(page: Page, lifecycle: Lifecycle): Implementations {
  const { sharedState } = lifecycle;
  const isMe = ({ id }: Contact) => Boolean(page.me?.pn.equals(id) || page.me?.lid.equals(id));
  const isMyContact = (contact: Contact) => contact.name !== undefined;
  const queryWidExists = async (wid: Wid) => {
    const found = await lifecycle.requests.query('exists', { phone: wid.user });
    if (!found) return null;
    const number = new Wid(found.wid);
    page.lids.learn(number, new Wid(found.lid));
    if (found.isBusiness) page.contacts.ensure(number).set({ isBusiness: true });
    return { wid: number, biz: found.isBusiness };
  };
  const nameAt = page.surface.behaviours.savedContactName === 'third' ? 2 : 4;
  const saveContactAction = async (...args: [SavedContact] | [WidOrNumber, ...unknown[]]) => {
    const isNamed = page.named.includes('WAWebSaveContactAction.saveContactAction');
    const [firstName, lastName] = args.slice(nameAt) as string[];
    const given = (isNamed ? args[0] : { phoneNumber: args[0], firstName, lastName }) as SavedContact;
    const name = [given.firstName, given.lastName].filter((part) => part && typeof part === 'string').join(' ');
    // Arguments of another shape than the build's save nothing, and do not fail (wppconnect-team/wa-js#3089).
    if (!name) return;
    const value = { name, ...(given.firstName && { shortName: given.firstName }) };
    await sharedState.change({ action: 'contact', index: userJidOf(given.phoneNumber), value });
  };
  const deleteContactAction = async (argument: WidOrNumber | { phoneNumber: WidOrNumber }) => {
    const isNamed = page.named.includes('WAWebDeleteContactAction.deleteContactAction');
    const phoneNumber = isNamed ? (argument as { phoneNumber: WidOrNumber }).phoneNumber : (argument as WidOrNumber);
    await sharedState.change({ action: 'contact', index: userJidOf(phoneNumber), value: null });
  };
  const noteAddAction = (...args: [type: string, chatJid: string, content: string]) => {
    const isNamed = page.named.includes('WAWebNoteAction.noteAddAction');
    const [, chatJid, content] = isNamed ? noteByName(args[0] as unknown as NewNote) : args;
    return sharedState.change({ action: 'note', index: new Wid(chatJid).toString(), value: content });
  };
  return {
    WAWebSaveContactAction: { saveContactAction },
    WAWebDeleteContactAction: { deleteContactAction },
    WAWebNoteCollection: { NoteCollection: page.notes },
    WAWebNoteAction: {
      noteAddAction,
      retrieveOnlyNoteForChatJid: async (jid: string) => page.notes.ofChat(new Wid(jid).toString()) ?? null,
    },
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
      getFormattedName: titleOf,
      getDisplayName: titleOf,
      getFormattedShortName: titleOf,
    },
    WAWebFrontendContactGetters: {
      getIsMyContact: isMyContact,
      getIsContactBlocked: attribute('isContactBlocked'),
      getPhoneNumber: attribute('phoneNumber'),
      getDisplayName: titleOf,
      getFormattedName: titleOf,
    },
    WAWebApiContact: {
      getCurrentLid: (wid: Wid) => page.lids.lidOf(wid),
      getLatestLid: (wid: Wid) => page.lids.lidOf(wid),
      getPhoneNumber: (wid: Wid) => page.lids.numberOf(wid),
      getAlternateUserWid: (wid: Wid) => page.lids.alternateOf(wid),
      hasLidMapping: (wid: Wid) => page.lids.lidOf(wid) !== null,
    },
    WAWebLidMigrationUtils: {
      toPn: (wid: Wid) => (wid.isLid() ? page.lids.numberOf(wid) : wid),
      toLid: (wid: Wid) => (wid.isLid() ? wid : page.lids.lidOf(wid)),
      toUserLid: (wid: Wid) => (wid.isLid() ? wid : page.lids.lidOf(wid)),
      toUserLidOrThrow: (wid: Wid) => page.lids.mustHaveLid(wid),
      getEnforceCurrentLid: (wid: Wid) => page.lids.mustHaveLid(wid),
    },
    WAWebQueryExistsJob: {
      queryWidExists,
      queryExist: queryWidExists,
      queryExists: queryWidExists,
      queryPhoneExists: (phone: string) => queryWidExists(new Wid(`${phone.replace(/\D/g, '')}@c.us`)),
    },
  };
}

type WidOrNumber = Wid | string;

interface SavedContact {
  phoneNumber: WidOrNumber;
  firstName?: string;
  lastName?: string;
}

interface NewNote {
  type: string;
  chatJid: string;
  content: string;
}

const noteByName = ({ type, chatJid, content }: NewNote): [string, string, string] => [type, chatJid, content];

function userJidOf(phoneNumber: WidOrNumber): string {
  return `${phoneNumber.toString().replace(/@.*/, '').replace(/\D/g, '')}@c.us`;
}
