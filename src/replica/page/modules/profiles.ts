import type { ChatState } from '../../../contracts/replica-profiles.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import { isServerStatusCodeError } from '../link/requests.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import type { Chat, Contact } from '../model/models.ts';
import { BusinessProfile, Chatstate, PresenceModel, ProfilePicThumb } from '../model/people-models.ts';
import { Wid } from '../model/wid.ts';
import { isMe, type Page } from '../shared/page.ts';

/** Pictures, abouts, presence, block list, calls, and preferences of the account. */
export function profileModules(page: Page, { requests, sharedState, notifications }: Lifecycle): Implementations {
  page.pictures.mayChange = (wid) => {
    const group = page.groups.get(wid);
    if (group) return group.participants.iAmAdmin() || (!group.get('restrict') && group.participants.iAmMember());
    return isMe(page, wid);
  };
  const fetchPicture = async (wid: Wid) => {
    const { id: tag, url } = await requests.query('picture', { of: String(wid) });
    return { id: wid, tag, eurl: url, previewEurl: url };
  };
  page.pictures.fetch = async (wid) => {
    try {
      return await fetchPicture(wid);
    } catch (error) {
      if (!isServerStatusCodeError(error)) throw error;
      return { id: wid, tag: undefined, eurl: undefined, previewEurl: undefined };
    }
  };
  page.businessProfiles.fetch = (wid) => requests.query('business-profile', { of: String(wid) });
  // What is no id of the build's shape fails as on the real page, where the first thing read of it is `isNewsletter`.
  const requestProfilePicFromServer = async (argument: Wid | { id: Wid }) => {
    const isNamed = page.named.includes('WAWebContactProfilePicThumbBridge.requestProfilePicFromServer');
    const id = (isNamed ? (argument as { id: Wid }).id : argument) as Wid;
    if (id.isNewsletter())
      throw onlyAName('WAWebContactProfilePicThumbBridge', 'requestProfilePicFromServer', page.report, 'for a channel');
    return fetchPicture(id);
  };
  const setPicture = async (wid: Wid, data: string | null) => {
    const address = await requests.query('set-picture', { of: String(wid), data });
    const picture = { tag: address?.id, eurl: address?.url, previewEurl: address?.url };
    page.pictures.add({ id: wid, stale: false, ...picture });
    return { status: 200, ...picture };
  };
  const getStatus = async (argument: Wid | { wid: Wid }) => {
    const id = argument instanceof Wid ? argument : argument.wid;
    try {
      return { id, status: await requests.query('about', { of: String(id) }) };
    } catch (error) {
      if (!isServerStatusCodeError(error)) throw error;
      return { id, status: error.status };
    }
  };
  const block = async ({ id }: Pick<Contact, 'id'>, isBlocked: boolean) => {
    // What is no person fails here, as on the real page.
    if (id.isPSA()) throw onlyAName('WAWebBlockContactAction', 'blockContact', page.report, 'for announcements');
    const of = String(id);
    await requests.query('block', { of, isBlocked });
    const alternate = String(page.lids.alternateOf(id));
    const others = page.blocklist.map((one) => String(one.id)).filter((one) => one !== of && one !== alternate);
    notifications.replaceBlocklist(isBlocked ? [...others, of] : others);
  };
  const chatState = (state: ChatState) => (to: Wid | Chat) =>
    requests.query('chat-state', { to: String(to instanceof Wid ? to : to.id), state });
  const available = (isAvailable: boolean) => () => requests.query('presence', { isAvailable });
  const subscribe = (wid: Wid) => page.presences.gadd(wid).subscribe();
  const cast = async (stanza: Stanza) => {
    const [reject] = stanza.tag === 'call' ? (stanza.content ?? []) : [];
    if (reject?.tag !== 'reject')
      throw onlyAName('WADeprecatedSendIq', 'deprecatedCastStanza', page.report, `for ${stanza.tag}`);
    if (page.surface.behaviours.callRejection === 'unheard') return;
    const { 'call-id': id = '', 'call-creator': from = '' } = reject.attrs;
    await requests.query('reject-call', { id, from: new Wid(String(from)).toString() });
    page.calls.remove(id);
  };
  return {
    WAWebProfilePicThumbModel: { ProfilePicThumb, ProfilePicThumbImpl: ProfilePicThumb },
    WAWebPresenceModel: { Presence: PresenceModel, Chatstate },
    WAWebBusinessProfileModel: { BusinessProfile },
    WAWebContactProfilePicThumbBridge: {
      requestProfilePicFromServer,
      profilePicFind: fetchPicture,
      profilePicResync: async (wids: readonly Wid[]) => page.pictures.remove(wids),
      sendSetPicture: (wid: Wid, _thumbnail: string, picture: string) =>
        setPicture(wid, picture.slice(picture.indexOf(',') + 1)),
      requestDeletePicture: (wid: Wid) => setPicture(wid, null),
    },
    WAWebContactStatusBridge: {
      getStatus,
      setMyStatus: async (text: string) => {
        await requests.query('set-about', { text });
        return { status: 200 };
      },
    },
    WAWebBlockContactUtils: { getContactToBlockOnlyUseIfNoAssociatedChat: (contact: Contact) => contact },
    WAWebBlockContactAction: {
      blockContact: ({ contact }: { contact: Pick<Contact, 'id'> }) => block(contact, true),
      unblockContact: (contact: Contact) => block(contact, false),
    },
    WAWebChatStateBridge: {
      sendChatStateComposing: chatState('composing'),
      sendChatStateRecording: chatState('recording'),
      sendChatStatePaused: chatState('paused'),
    },
    WAWebPresenceChatAction: {
      sendPresenceAvailable: available(true),
      sendPresenceUnavailable: available(false),
      markComposing: chatState('composing'),
      markPaused: chatState('paused'),
      markRecording: chatState('recording'),
    },
    WAWebContactPresenceBridge: { subscribePresence: subscribe, subscribeUserPresence: subscribe },
    WAWebApiDeviceList: {
      getDeviceIds: async (wids: readonly Wid[]) => {
        const devices = await requests.query('devices', { of: wids.map(String) });
        return wids.map((id, i) =>
          devices[i]?.length ? { id, devices: devices[i].map((device) => ({ id: device })) } : null,
        );
      },
    },
    WAWebSetPushnameConnAction: {
      setPushname: (value: string) => sharedState.change({ action: 'pushname', index: '', value }),
    },
    WAWap: {
      wap: (tag: string, attrs: Stanza['attrs'] = {}, content?: Stanza[]): Stanza => ({ tag, attrs, content }),
      generateId,
      // The replica's stanzas are no binary: an encoded value is its text.
      USER_JID: String,
      JID: String,
      DEVICE_JID: String,
      CALL_JID: String,
      CUSTOM_STRING: String,
      CALL_ID: String,
      STANZA_ID: String,
      INT: String,
    },
    WADeprecatedSendIq: { deprecatedCastStanza: cast },
  };
}

/** A stanza as code in the page builds it. */
interface Stanza {
  tag: string;
  attrs: Record<string, string>;
  content: Stanza[] | undefined;
}

let stanzas = 0;

/** Ids of stanzas differ within a page. */
function generateId(): string {
  stanzas += 1;
  return `${Date.now()}.${stanzas}`;
}
