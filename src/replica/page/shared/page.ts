import type { Boot } from '../../../contracts/boot.ts';
import type { PageCircumstances } from '../../../contracts/circumstances.ts';
import type { PageSurface } from '../../../contracts/surface.ts';
import { encodeB64 as b64 } from '../keys/bytes.ts';
import { DeviceProfile } from '../keys/device-profile.ts';
import type { ModuleExports } from '../loader/build-exports.ts';
import type { MemberSource } from '../loader/members.ts';
import type { SendReport } from '../loader/stub.ts';
import { LabelCollection, MuteCollection, NoteCollection } from '../model/account-models.ts';
import { Addons } from '../model/addons.ts';
import { NewsletterCollection, NewsletterMetadataCollection } from '../model/channels.ts';
import { ChatCollection, ContactCollection, MsgCollection } from '../model/collections.ts';
import { Cmd, EventEmitter } from '../model/event-emitter.ts';
import { GroupMetadataCollection } from '../model/groups.ts';
import { Conn, Stream } from '../model/models.ts';
import { createMsgKeyClass, type MsgKeyClass } from '../model/msg-key.ts';
import { OfflineMessageHandler } from '../model/offline-handler.ts';
import {
  BlocklistCollection,
  BusinessProfileCollection,
  CallCollection,
  Lids,
  PresenceCollection,
  ProfilePicThumbCollection,
} from '../model/people-models.ts';
import { Socket } from '../model/socket.ts';
import { StatusCollection } from '../model/statuses.ts';
import { WhatsNewNux } from '../model/whats-new-nux.ts';
import type { Wid } from '../model/wid.ts';
import { ServerLink } from './server-link.ts';

/** The single instances of one page, shared by its lifecycle, its screens and the modules that code in the page sees. */
export interface Page {
  readonly surface: PageSurface;
  readonly members: MemberSource;
  readonly named: readonly string[];
  /** AB props by name, as far as known. */
  readonly abProps: Readonly<Record<string, boolean>>;
  circumstances: PageCircumstances;
  readonly report: SendReport;
  readonly link: ServerLink;
  readonly profile: DeviceProfile;
  readonly socket: Socket;
  readonly conn: Conn;
  readonly cmd: Cmd;
  readonly stream: Stream;
  readonly offline: OfflineMessageHandler;
  /** Triggers `change` for each new ADV secret. */
  /** What the screen that links a device listens to. */
  readonly linkEvents: EventEmitter;
  readonly advSecretEvents: EventEmitter;
  readonly MsgKey: MsgKeyClass;
  readonly msgs: MsgCollection;
  readonly chats: ChatCollection;
  readonly contacts: ContactCollection;
  readonly groups: GroupMetadataCollection;
  readonly statuses: StatusCollection;
  readonly newsletterMetadata: NewsletterMetadataCollection;
  readonly newsletters: NewsletterCollection;
  readonly calls: CallCollection;
  readonly mutes: MuteCollection;
  readonly labels: LabelCollection;
  readonly notes: NoteCollection;
  readonly whatsNew: WhatsNewNux;
  /** What members of chats did to messages. */
  readonly addons: Addons;
  /** Exports of the modules that code in the page has required, as it has them. */
  readonly exports: Map<string, ModuleExports>;
  readonly lids: Lids;
  readonly blocklist: BlocklistCollection;
  readonly pictures: ProfilePicThumbCollection;
  readonly presences: PresenceCollection;
  readonly businessProfiles: BusinessProfileCollection;
  /** The account; undefined until linked. */
  me: { pn: Wid; lid: Wid } | undefined;
  /** The whole text of the QR code for a ref. */
  qrText: (ref: string) => Promise<string>;
}

/** Fifth field of the QR: 1 = Chrome. */
export const devicePlatform = '1';

export function createPage(boot: Boot, members: MemberSource): Page {
  const { behaviours } = boot.surface;
  const link = new ServerLink(behaviours.socketIn);
  const lids = new Lids();
  const contacts = new ContactCollection(lids);
  const mutes = new MuteCollection();
  const groups = new GroupMetadataCollection();
  const newsletterMetadata = new NewsletterMetadataCollection();
  const profile = new DeviceProfile();
  return {
    surface: boot.surface,
    members,
    named: boot.named,
    abProps: boot.abProps,
    circumstances: boot.circumstances,
    report: reporter(link),
    link,
    profile,
    socket: new Socket(),
    conn: new Conn({ platform: undefined }),
    cmd: new Cmd(behaviours.cmdEvents),
    stream: new Stream({ info: 'OPENING', mode: 'QR', available: false, displayInfo: 'OPENING' }),
    offline: new OfflineMessageHandler(),
    linkEvents: new EventEmitter(),
    advSecretEvents: new EventEmitter(),
    MsgKey: createMsgKeyClass(behaviours.msgKeyTextField),
    msgs: new MsgCollection(),
    chats: new ChatCollection(contacts, mutes, groups),
    contacts,
    groups,
    statuses: new StatusCollection(),
    newsletterMetadata,
    newsletters: new NewsletterCollection(mutes, newsletterMetadata),
    calls: new CallCollection(),
    mutes,
    labels: new LabelCollection(),
    notes: new NoteCollection(),
    whatsNew: new WhatsNewNux(),
    addons: new Addons(),
    exports: new Map(),
    lids,
    blocklist: new BlocklistCollection(),
    pictures: new ProfilePicThumbCollection(),
    presences: new PresenceCollection(),
    businessProfiles: new BusinessProfileCollection(),
    me: undefined,
    qrText: async (ref) => {
      const { noise, identity } = await profile.keys();
      return [ref, b64(noise.pubKey), b64(identity.pubKey), profile.advSecret, devicePlatform].join(',');
    },
  };
}

/** Queues reports until the connection is open. */
function reporter(link: ServerLink): SendReport {
  const waiting: Parameters<SendReport>[] = [];
  return (event, detail) => {
    waiting.push([event, detail]);
    if (!link.isOpen) return;
    for (const [name, what] of waiting.splice(0)) link.send({ type: 'report', event: name, detail: what });
  };
}

/** The page gets to know a person by number and lid. */
export function meet({ lids, contacts }: Page, wid: Wid, alternate: Wid, fields: { pushname?: string } = {}): void {
  if (wid.isLid()) lids.learn(alternate, wid);
  else lids.learn(wid, alternate);
  const contact = contacts.ensure(wid, fields);
  if (wid.isLid()) contact.set({ phoneNumber: alternate });
}

/** How a chat names the account: by lid where it addresses people by lid. */
export function meIn({ me, groups }: Page, chat: Wid): Wid | undefined {
  return chat.isLid() || groups.get(chat)?.get('isLidAddressingMode') ? me?.lid : me?.pn;
}

/**
 * An AB prop as the page reads it: by its own export, which code in the page may have replaced. False where the build does not have it, and
 * before the server has answered.
 */
export function abProp(page: Page, name: string): boolean {
  const known = page.abProps[name];
  if (known === undefined) return false;
  const read = ownExport(page, 'WAWebABProps', 'getABPropConfigValue');
  return read ? Boolean(read(name)) : known;
}

/** A function of a module as code in the page has left it: programs replace exports. Undefined when no code has required the module. */
export function ownExport(
  { exports }: Page,
  module: string,
  name: string,
): ((...args: unknown[]) => unknown) | undefined {
  const found = exports.get(module)?.[name];
  return typeof found === 'function' ? (found as (...args: unknown[]) => unknown) : undefined;
}

/** True for the account itself, by its number or its lid. */
export function isMe({ me }: Page, wid: Wid): boolean {
  return Boolean(me?.pn.equals(wid) || me?.lid.equals(wid));
}
