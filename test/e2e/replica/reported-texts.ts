import { once } from 'node:events';
import { jpeg, mp3, pdf, webp } from '../../../canaries/methods/media-files.ts';
import type { LinkedClient } from './linked-client.ts';

/** A client whose account has received a text: some calls need one or fail only then. */
export interface TextedClient extends LinkedClient {
  /** The text as the library's Message. */
  // biome-ignore lint/suspicious/noExplicitAny: the messages of several library versions
  message: any;
}

/** A failure of one call that users reported, with the text that they saw. */
export interface ReportedText {
  /** Issue or pull request. */
  report: string;
  /** As reported, or the version whose files have the lines of the reported stack. */
  version: string;
  /** As reported, or the newest known build of the day of the report. */
  build: string;
  /** Conditions of the replica that the report is about. */
  conditions?: readonly string[];
  /** The call as the reports name it. */
  call: string;
  make(client: TextedClient): Promise<unknown>;
  /** The method that fails, where the call needs another one first. */
  failsIn?: string;
  /** The method works on the build with other arguments: a check of names cannot see the failure. */
  ofArgument?: true;
  /** What the error says; the whole of `name: message`, without what Puppeteer puts before it. */
  text: string;
  /** The first of the versions of this table whose release mended it, on a build on which that version works; absent where none did. */
  mended?: Mended;
}

export interface Mended {
  version: string;
  build: string;
}

const contact = '12025550101@c.us';
const other = '12025550102@c.us';
const group = '120363040000930000@g.us';

const since1332: Mended = { version: '1.33.2', build: '2.3000.1026750000' };
const since1342: Mended = { version: '1.34.2', build: '2.3000.1030326540' };
const since1344: Mended = { version: '1.34.4', build: '2.3000.1032073469' };
const since1346: Mended = { version: '1.34.6', build: '2.3000.1033047910' };
const since1347: Mended = { version: '1.34.7', build: '2.3000.1039643351' };

const noKey = 'r: r';
const noChat = "TypeError: Cannot read properties of undefined (reading 'markedUnread')";
const noContactGetter = 'TypeError: window.Store.ContactMethods.getIsMyContact is not a function';

const noId = "Error: Data passed to getter must include an id property (it's how we memoize) but got undefined";

/** The text with the text of its key, which the library reads under the name of earlier builds. */
const withKeyText = (message: TextedClient['message']) =>
  Object.assign(message, { id: { ...message.id, _serialized: `false_${contact}_${message.id.id}` } });

/** A file of the contact, as the library's Message. */
async function aFile({ client, phone }: TextedClient) {
  const received = once(client as never, 'message', { signal: AbortSignal.timeout(30_000) });
  phone.sendMedia(jpeg, { mimetype: 'image/jpeg' });
  const [message] = await received;
  return message;
}

const media = ({ library }: TextedClient, file: Buffer, mimetype: string, filename?: string) =>
  new library.MessageMedia(mimetype, file.toString('base64'), filename);

/** A group as the library makes it of what the page tells; the replica's accounts are in none. */
const aGroup = ({ client, library }: TextedClient, id = group) =>
  new library.GroupChat(client, { id: { _serialized: id }, groupMetadata: { participants: [] } });

/** A group that the account has made on its phone. */
const newGroup = ({ phone }: TextedClient) => phone.groups.create({ subject: 'Birds', participants: [] }).id;

/** A client that users reported to be authenticated and never ready, with the text that they saw. */
export interface ReportedStop extends Pick<ReportedText, 'report' | 'version' | 'build' | 'text'> {
  switches?: Record<string, string>;
  /** The name that the library misses. */
  name: string;
}

/** The account does not get the bundles that most accounts get after the login. */
const noPrefetch = { prefetch: 'false' };

export const reportedStops: readonly ReportedStop[] = [
  {
    report: 'wwebjs/whatsapp-web.js#3761',
    version: '1.33.1',
    build: '2.3000.1026582323',
    name: 'WAWebUserPrefsMeUser.getMaybeMeUser',
    text: 'Evaluation failed: TypeError: window.Store.User.getMaybeMeUser is not a function',
  },
  {
    report: 'wwebjs/whatsapp-web.js#3971',
    version: '1.34.2',
    build: '2.3000.1030258094',
    switches: noPrefetch,
    name: 'WAWebSetPushnameConnAction',
    text: 'Requiring unknown module "WAWebSetPushnameConnAction"',
  },
  {
    report: 'wwebjs/whatsapp-web.js#3975',
    version: '1.34.2',
    build: '2.3000.1030280759',
    switches: noPrefetch,
    name: 'WAWebSetPushnameConnAction',
    text: 'Requiring unknown module "WAWebSetPushnameConnAction"',
  },
];

export const reportedTexts: readonly ReportedText[] = [
  {
    report: 'rmyndharis/OpenWA#156',
    version: '1.34.7',
    build: '2.3000.1040367347',
    conditions: ['lid-migration'],
    call: 'Client.sendMessage to a number that the page has never asked about',
    make: ({ client }) => client.sendMessage('12025550155@c.us', 'hello'),
    text: 'Error: No LID for user',
  },
  {
    report: 'wwebjs/whatsapp-web.js#201776',
    version: '1.34.7',
    build: '2.3000.1040549582',
    call: 'Contact.block',
    make: async ({ client }) => (await client.getContactById(contact)).block(),
    text: 'TypeError: window.require(...).getContactToBlockOnlyUseIfNoAssociatedChat is not a function',
  },
  {
    report: 'wwebjs/whatsapp-web.js#3251',
    version: '1.25.0',
    build: '2.3000.1015802715',
    call: 'Client.getMessageById of a message to oneself',
    make: ({ client }) => client.getMessageById(`true_${contact}_3EB039583F48990846CB3E_out`),
    ofArgument: true,
    text: 'Error: Invalid serialized message id specified',
    mended: since1332,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3246',
    version: '1.25.0',
    build: '2.3000.1015802715',
    call: 'Client.resetState',
    make: ({ client }) => client.resetState(),
    text: "TypeError: Cannot read properties of undefined (reading 'shiftTimer')",
    mended: since1332,
  },
  {
    // Reported in 2023-11, before the first known build; the version has the reported line.
    report: 'chrishubert/whatsapp-api#127',
    version: '1.24.0',
    build: '2.2412.54',
    call: 'Message.forward',
    make: ({ message }) => message.forward(contact),
    text: 'TypeError: chat.forwardMessages is not a function',
    mended: since1332,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3259',
    version: '1.25.0',
    build: '2.3000.1016067089',
    call: 'Client.sendMessage quoting a message that is not loaded',
    make: ({ client }) =>
      client.sendMessage(contact, 'hello', { quotedMessageId: `false_${contact}_3EB039583F48990846CB3E` }),
    ofArgument: true,
    text: "TypeError: Cannot read properties of undefined (reading 'unsafe')",
    mended: since1332,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3534',
    version: '1.25.0',
    build: '2.3000.1022361287',
    call: 'GroupChat.addParticipants',
    make: async (linked) => (await linked.client.getChatById(newGroup(linked))).addParticipants(contact),
    text: "TypeError: Cannot read properties of undefined (reading 'toString')",
    mended: since1332,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3780',
    version: '1.33.2',
    build: '2.3000.1026750000',
    call: 'Client.sendMessage to a group',
    make: (linked) => linked.client.sendMessage(newGroup(linked), 'hello'),
    text: 'TypeError: window.Store.WidFactory.toUserWidOrThrow is not a function',
    mended: since1342,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3797',
    version: '1.33.2',
    build: '2.3000.1026860007',
    call: 'Chat.getPinnedMessages',
    make: async ({ client }) => (await client.getChatById(contact)).getPinnedMessages(),
    text: 'TypeError: window.Store.PinnedMsgUtils.getTable is not a function',
    mended: since1342,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3924',
    version: '1.33.2',
    build: '2.3000.1029130979',
    call: 'Message.forward',
    make: ({ message }) => message.forward(other),
    text: "TypeError: Cannot read properties of undefined (reading 'contact')",
    mended: since1342,
  },
  {
    report: 'avoylenko/wwebjs-api#79',
    version: '1.34.2',
    build: '2.3000.1030326540',
    call: 'Client.getContacts',
    make: ({ client }) => client.getContacts(),
    text: noContactGetter,
    mended: since1344,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3983',
    version: '1.34.2',
    build: '2.3000.1030356216',
    call: 'Client.getContactById',
    make: ({ client }) => client.getContactById(contact),
    text: noContactGetter,
    mended: since1344,
  },
  {
    report: 'wwebjs/whatsapp-web.js#3990',
    version: '1.34.2',
    build: '2.3000.1030421110',
    call: 'Message.getContact',
    make: ({ message }) => message.getContact(),
    text: noContactGetter,
    mended: since1344,
  },
  {
    report: 'wwebjs/whatsapp-web.js#4010',
    version: '1.34.2',
    build: '2.3000.1030924679',
    call: 'Message.downloadMedia',
    make: async (linked) => (await aFile(linked)).downloadMedia(),
    text: "TypeError: Cannot read properties of undefined (reading 'addAnnotations')",
    mended: since1344,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5723',
    version: '1.34.2',
    build: '2.3000.1032073469',
    call: 'Client.getContactById',
    make: ({ client }) => client.getContactById(contact),
    text: noContactGetter,
    mended: since1344,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5741',
    version: '1.34.2',
    build: '2.3000.1032274475',
    call: 'Client.sendMessage',
    make: ({ client }) => client.sendMessage(contact, 'hello'),
    text: noChat,
    mended: since1346,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5745',
    version: '1.34.2',
    build: '2.3000.1032343623',
    call: 'Client.sendMessage with a sticker, without sendSeen, which fails before',
    make: (linked) =>
      linked.client.sendMessage(contact, media(linked, webp, 'image/webp'), {
        sendMediaAsSticker: true,
        sendSeen: false,
      }),
    text: "TypeError: Cannot read properties of undefined (reading 'endFailWithError')",
    mended: since1346,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201715',
    version: '1.34.6',
    build: '2.3000.1037370178',
    call: 'Chat.fetchMessages',
    make: async ({ client }) => (await client.getChatById(contact)).fetchMessages({ limit: 10 }),
    text: "TypeError: Cannot read properties of undefined (reading 'waitForChatLoading')",
    mended: since1347,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201719',
    version: '1.34.6',
    build: '2.3000.1037434550',
    call: 'Chat.fetchMessages',
    make: async ({ client }) => (await client.getChatById(contact)).fetchMessages({ limit: 10 }),
    text: "TypeError: Cannot read properties of undefined (reading 'waitForChatLoading')",
    mended: since1347,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201830',
    version: '1.34.7',
    build: '2.3000.1043159177',
    call: 'Message.downloadMedia',
    make: async (linked) => (await aFile(linked)).downloadMedia(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201833',
    version: '1.34.7',
    build: '2.3000.1043179329',
    call: 'Message.downloadMedia',
    make: async (linked) => (await aFile(linked)).downloadMedia(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201838',
    version: '1.34.7',
    build: '2.3000.1043179329',
    call: 'Client.getChatById',
    make: ({ client }) => client.getChatById(contact),
    text: noKey,
  },
  {
    report: 'rmyndharis/OpenWA#757',
    version: '1.34.7',
    build: '2.3000.1043220887',
    call: 'Client.getChats',
    make: ({ client }) => client.getChats(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201848',
    version: '1.34.7',
    build: '2.3000.1043280533',
    call: 'Client.getChats',
    make: ({ client }) => client.getChats(),
    text: noKey,
  },
  {
    report: 'rmyndharis/OpenWA#889',
    version: '1.34.7',
    build: '2.3000.1043663550',
    call: 'Chat.sendStateTyping',
    failsIn: 'Client.getChatById',
    make: async ({ client }) => (await client.getChatById(contact)).sendStateTyping(),
    text: noKey,
  },
  {
    report: 'rmyndharis/OpenWA#889',
    version: '1.34.7',
    build: '2.3000.1043663550',
    call: 'Message.downloadMedia',
    make: async (linked) => (await aFile(linked)).downloadMedia(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201845',
    version: '1.34.7',
    build: '2.3000.1043880044',
    call: 'Client.getChats',
    make: ({ client }) => client.getChats(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201845',
    version: '1.34.7',
    build: '2.3000.1043880044',
    call: 'Client.getChatById',
    make: ({ client }) => client.getChatById(contact),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201845',
    version: '1.34.7',
    build: '2.3000.1043880044',
    call: 'Message.getChat',
    make: ({ message }) => message.getChat(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201869',
    version: '1.34.7',
    build: '2.3000.1044135300',
    call: 'Client.getChatById',
    make: ({ client }) => client.getChatById(contact),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201871',
    version: '1.34.7',
    build: '2.3000.1044201690',
    call: 'Message.getChat',
    make: ({ message }) => message.getChat(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201871',
    version: '1.34.7',
    build: '2.3000.1044201690',
    call: 'Client.getChatById',
    make: ({ client }) => client.getChatById(contact),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201761',
    version: '1.34.7',
    build: '2.3000.1039643351',
    call: 'Client.sendMessage to the status',
    make: ({ client }) => client.sendMessage('status@broadcast', 'hello'),
    text: 'TypeError: window.require(...).canCheckStatusRankingPosterGating is not a function',
  },
  {
    report: 'rmyndharis/OpenWA#673',
    version: '1.34.7',
    build: '2.3000.1042931217',
    call: 'Client.sendMessage with an image to a channel',
    make: async (linked) => {
      const { id } = linked.phone.channels.create({ name: 'Weather' });
      return linked.client.sendMessage(id, media(linked, jpeg, 'image/jpeg'));
    },
    text: 'TypeError: msg.avParams is not a function',
  },
  {
    report: 'devlikeapro/waha#2199',
    version: '1.34.7',
    build: '2.3000.1044039387',
    call: 'GroupChat.setDescription',
    make: (linked) => aGroup(linked, newGroup(linked)).setDescription('hello'),
    text: "TypeError: Cannot read properties of undefined (reading 'toJid')",
  },
  {
    report: 'devlikeapro/waha#2266',
    version: '1.34.7',
    build: '2.3000.1047523314',
    call: 'Client.acceptInvite',
    make: ({ client, phone }) =>
      client.acceptInvite(phone.groups.create({ subject: 'Birds', participants: [], by: '12025550101' }).inviteCode),
    text: "TypeError: Cannot read properties of undefined (reading 'joinGroupViaInvite')",
  },
  {
    report: 'wwebjs/whatsapp-web.js#201832',
    version: '1.34.7',
    build: '2.3000.1045781916',
    call: 'Message.getChat',
    make: ({ message }) => message.getChat(),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201832',
    version: '1.34.7',
    build: '2.3000.1045781916',
    call: 'Client.getChatById',
    make: ({ client }) => client.getChatById(contact),
    text: noKey,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201916',
    version: '1.34.7',
    build: '2.3000.1047483476',
    call: 'GroupChat.getInviteCode',
    make: (linked) => aGroup(linked).getInviteCode(),
    text: "TypeError: Cannot read properties of undefined (reading 'fetchMexGroupInviteCode')",
  },
  {
    report: 'wwebjs/whatsapp-web.js#201923',
    version: '1.34.7',
    build: '2.3000.1047775310',
    call: 'Client.sendMessage with an image',
    make: (linked) => linked.client.sendMessage(contact, media(linked, jpeg, 'image/jpeg'), { caption: 'hello' }),
    text: noId,
  },
  {
    report: 'wwebjs/whatsapp-web.js#201921',
    version: '1.34.7',
    build: '2.3000.1047775310',
    call: 'Client.sendMessage with audio',
    make: (linked) => linked.client.sendMessage(contact, media(linked, mp3, 'audio/mpeg')),
    text: noId,
  },
  {
    report: 'rmyndharis/OpenWA#1643',
    version: '1.34.7',
    build: '2.3000.1047824257',
    call: 'Client.sendMessage with a document',
    make: (linked) => linked.client.sendMessage(contact, media(linked, pdf, 'application/pdf', 'paper.pdf')),
    text: noId,
  },
  {
    report: 'devlikeapro/waha#2278',
    version: '1.34.7',
    build: '2.3000.1047994416',
    call: 'Message.forward of a message whose key has its text, as in that fork',
    make: ({ message }) => withKeyText(message).forward(other),
    text: "TypeError: Cannot read properties of undefined (reading 'forwardMessages')",
  },
  {
    // Between #3198 of 2024-07-13 and #3246; all builds of that time have the same surface.
    report: 'wwebjs/whatsapp-web.js#3229',
    version: '1.25.0',
    build: '2.3000.1015802715',
    call: 'Client.getCountryCode',
    make: ({ client }) => client.getCountryCode(contact),
    text: 'TypeError: window.Store.NumberInfo.findCC is not a function',
    mended: since1332,
  },
  {
    report: 'wwebjs/wwebjs.dev#106',
    version: '1.34.4',
    build: '2.3000.1032073469',
    call: 'Client.sendMessage',
    make: ({ client }) => client.sendMessage(contact, 'hello'),
    text: noChat,
    mended: since1346,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5730',
    version: '1.34.4',
    build: '2.3000.1032161662',
    call: 'Client.sendMessage',
    make: ({ client }) => client.sendMessage(contact, 'hello'),
    text: noChat,
    mended: since1346,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5736',
    version: '1.34.4',
    build: '2.3000.1032171053',
    call: 'Chat.sendMessage',
    make: async ({ client }) => (await client.getChatById(contact)).sendMessage('hello'),
    text: noChat,
    mended: since1346,
  },
  {
    report: 'wwebjs/whatsapp-web.js#5814',
    version: '1.34.6',
    build: '2.3000.1033047910',
    call: 'Contact.getFormattedNumber',
    make: async ({ client }) => (await client.getContactById(contact)).getFormattedNumber(),
    text: 'TypeError: window.Store.NumberInfo.formattedPhoneNumber is not a function',
    mended: since1347,
  },
];
