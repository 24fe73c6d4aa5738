import type { Added, AddedKind, AddedOf, Message, MessageContext } from '../../../contracts/replica-message.ts';
import type { Attributes } from '../model/base-model.ts';
import type { Chat } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import { Wid } from '../model/wid.ts';
import { given, numberOf, textOf } from './fields.ts';
import { mediaMessageKinds } from './media-kinds.ts';

/** A message that code in the page wants to send: the attributes of the `Msg` that it will be. */
export interface OutgoingMessage {
  id: MsgKey;
  body?: string | undefined;
  t: number;
  type: string;
  quotedMsg?: Attributes;
  quotedStanzaID?: string;
  quotedParticipant?: Wid;
  [field: string]: unknown;
}

/** How the page keeps a kind of message in a `Msg`, and what it sends of it. */
export interface MessageKind<K extends AddedKind> {
  /** Values of the attribute `type` that are this kind. */
  types: readonly string[];
  /**
   * What is sent; a text when the server would not deliver it unchanged: what the replica does not model, such as `for buttons`.
   */
  contentOf(message: OutgoingMessage, chat: Chat): AddedOf<K> | string;
  /** Attributes of the `Msg`, among them `type`. */
  attributesOf(content: AddedOf<K>): Attributes;
}

const text: MessageKind<'text'> = {
  types: ['chat'],
  contentOf: ({ body = '', matchedText, title, description, thumbnail }) => ({
    kind: 'text',
    body: String(body),
    ...(typeof matchedText === 'string' && {
      preview: given({
        matchedText,
        title: textOf(title) ?? '',
        description: textOf(description),
        thumbnail: textOf(thumbnail),
      }),
    }),
  }),
  attributesOf: ({ body, preview, style }) => ({
    type: 'chat',
    body,
    ...(preview && { subtype: 'url', ...preview }),
    ...(style && { backgroundColor: style.background, font: style.font }),
  }),
};

interface ReplyButton {
  buttonId: string;
  buttonText: { displayText: string };
}

/** Attribute names as whatsapp-web clients give them. The type of the `Msg` is that of a text. */
const buttons: MessageKind<'buttons'> = {
  types: [],
  contentOf: ({ body = '', title, footer, dynamicReplyButtons }) =>
    given({
      kind: 'buttons' as const,
      body: String(body),
      title: textOf(title),
      footer: textOf(footer),
      buttons: (dynamicReplyButtons as ReplyButton[]).map(({ buttonId, buttonText }) => ({
        id: String(buttonId),
        text: String(buttonText.displayText),
      })),
    }),
  attributesOf: ({ body, title, footer, buttons: all }) => ({
    type: 'chat',
    body,
    title,
    footer,
    isDynamicReplyButtonsMsg: true,
    dynamicReplyButtons: all.map(({ id, text: displayText }) => ({
      buttonId: id,
      buttonText: { displayText },
      type: 1,
    })),
  }),
};

interface ListAttributes {
  title?: string;
  buttonText?: string;
  sections?: { title?: string; rows: { rowId: string; title: string; description?: string }[] }[];
}

const list: MessageKind<'list'> = {
  types: ['list'],
  contentOf: ({ body, footer, list: attributes }) => {
    const { title, buttonText = '', sections = [] } = attributes as ListAttributes;
    return given({
      kind: 'list' as const,
      body: textOf(body) ?? '',
      title: textOf(title),
      footer: textOf(footer),
      buttonText,
      sections: sections.map((section) =>
        given({
          title: textOf(section.title),
          rows: section.rows.map((row) =>
            given({ id: row.rowId, title: row.title, description: textOf(row.description) }),
          ),
        }),
      ),
    });
  },
  attributesOf: ({ body, title, footer, buttonText, sections }) => ({
    type: 'list',
    body,
    footer,
    list: {
      title,
      description: body,
      buttonText,
      listType: 1,
      sections: sections.map((section) => ({
        title: section.title,
        rows: section.rows.map(({ id, ...row }) => ({ rowId: id, ...row })),
      })),
    },
  }),
};

/** Attribute names as whatsapp-web clients give and read them: `lat`, `lng`, `loc` for the description, `clientUrl`. */
const location: MessageKind<'location'> = {
  types: ['location'],
  contentOf: ({ lat, lng, loc, clientUrl, isLive }) =>
    isLive
      ? 'for a live location'
      : given({
          kind: 'location' as const,
          latitude: Number(lat),
          longitude: Number(lng),
          description: typeof loc === 'string' ? loc : undefined,
          url: typeof clientUrl === 'string' ? clientUrl : undefined,
        }),
  attributesOf: ({ latitude, longitude, description, url, live }) => ({
    type: 'location',
    lat: latitude,
    lng: longitude,
    loc: description,
    clientUrl: url,
    isLive: live !== undefined,
    ...(live && {
      accuracy: live.accuracy,
      speed: live.speed,
      comment: live.comment,
      sequence: live.sequence,
      shareDuration: live.seconds,
    }),
  }),
};

const contact: MessageKind<'contact'> = {
  types: ['vcard'],
  contentOf: ({ body, vcardFormattedName }) => ({
    kind: 'contact',
    displayName: String(vcardFormattedName ?? ''),
    vcard: String(body),
  }),
  attributesOf: ({ displayName, vcard }) => ({ type: 'vcard', body: vcard, vcardFormattedName: displayName }),
};

interface Vcard {
  displayName: string;
  vcard: string;
}

const contacts: MessageKind<'contacts'> = {
  types: ['multi_vcard'],
  contentOf: ({ vcardList }) => ({
    kind: 'contacts',
    contacts: (vcardList as Vcard[]).map(({ displayName, vcard }) => ({ displayName, vcard })),
  }),
  attributesOf: ({ contacts: vcardList }) => ({ type: 'multi_vcard', body: null, vcardList }),
};

const poll: MessageKind<'poll'> = {
  types: ['poll_creation'],
  contentOf: ({ pollName, pollOptions, pollSelectableOptionsCount }) => ({
    kind: 'poll',
    name: String(pollName),
    options: (pollOptions as { name: string }[]).map(({ name }) => name),
    isMultiple: pollSelectableOptionsCount === 0,
  }),
  attributesOf: ({ name, options, isMultiple }) => ({
    type: 'poll_creation',
    pollName: name,
    pollOptions: options.map((option, localId) => ({ name: option, localId })),
    pollSelectableOptionsCount: isMultiple ? 0 : 1,
    pollInvalidated: false,
    isSentCagPollCreation: false,
  }),
};

const event: MessageKind<'event'> = {
  types: ['event_creation'],
  contentOf: (message) =>
    given({
      kind: 'event' as const,
      name: String(message.eventName),
      description: textOf(message.eventDescription),
      start: Number(message.eventStartTime),
      end: numberOf(message.eventEndTime),
      location: textOf((message.eventLocation as { name?: string } | undefined)?.name),
      joinLink: textOf(message.eventJoinLink),
      isCanceled: Boolean(message.isEventCanceled),
    }),
  attributesOf: ({ name, description, start, end, location: place, joinLink, isCanceled }) => ({
    type: 'event_creation',
    eventName: name,
    eventDescription: description,
    eventStartTime: start,
    eventEndTime: end,
    eventLocation: place === undefined ? undefined : { degreesLatitude: 0, degreesLongitude: 0, name: place },
    eventJoinLink: joinLink,
    isEventCanceled: isCanceled,
  }),
};

const groupInvite: MessageKind<'group-invite'> = {
  types: ['groups_v4_invite'],
  contentOf: ({ inviteGrp, inviteGrpName, inviteCode, inviteCodeExp, body, comment, caption }) =>
    given({
      kind: 'group-invite' as const,
      group: String(inviteGrp),
      groupName: String(inviteGrpName),
      code: String(inviteCode),
      expires: Number(inviteCodeExp),
      caption: textOf(caption) ?? textOf(comment) ?? textOf(body),
    }),
  attributesOf: ({ group, groupName, code, expires, caption }) => ({
    type: 'groups_v4_invite',
    body: caption ?? '',
    comment: caption,
    inviteGrp: group,
    inviteGrpName: groupName,
    inviteCode: code,
    inviteCodeExp: expires,
  }),
};

/** What only phones of businesses send. */
const fromPhonesOnly = (what: string) => () => `for ${what}`;

const product: MessageKind<'product'> = {
  types: ['product'],
  contentOf: fromPhonesOnly('a product'),
  attributesOf: ({ productId, owner, title, description, currency, amount1000 }) => ({
    type: 'product',
    productId,
    businessOwnerJid: owner,
    title,
    description,
    currencyCode: currency,
    priceAmount1000: amount1000,
  }),
};

const order: MessageKind<'order'> = {
  types: ['order'],
  contentOf: fromPhonesOnly('an order'),
  attributesOf: ({ orderId, token, title, seller, itemCount, message, currency, amount1000 }) => ({
    type: 'order',
    orderId,
    token,
    orderTitle: title,
    sellerJid: seller,
    itemCount,
    message,
    totalCurrencyCode: currency,
    totalAmount1000: amount1000,
  }),
};

/** States of a payment that is done, as real messages number them. */
const paid = { paymentStatus: 4, paymentTxnStatus: 405 };

const payment: MessageKind<'payment'> = {
  types: ['payment'],
  contentOf: fromPhonesOnly('a payment'),
  attributesOf: ({ receiver, note, currency, amount1000 }) => ({
    type: 'payment',
    paymentMessageReceiverJid: new Wid(receiver),
    paymentCurrency: currency,
    paymentAmount1000: amount1000,
    ...paid,
    ...(note !== undefined && { paymentNoteMsg: { type: 'chat', body: note } }),
  }),
};

const channelAdminInvite: MessageKind<'channel-admin-invite'> = {
  types: ['newsletter_admin_invite'],
  contentOf: () => 'for an invitation to run a channel',
  attributesOf: ({ channel, channelName, expires, caption }) => ({
    type: 'newsletter_admin_invite',
    body: caption ?? '',
    comment: caption,
    newsletterAdminInviteInfo: {
      newsletterWid: new Wid(channel),
      newsletterName: channelName,
      inviteExpiration: expires,
    },
  }),
};

const groupEvent: MessageKind<'group-event'> = {
  types: ['gp2'],
  contentOf: () => 'for a message that only the server makes',
  attributesOf: ({ event, recipients, value = '' }) => ({
    type: 'gp2',
    subtype: event,
    recipients: recipients.map((jid) => new Wid(jid)),
    body: value,
    isNotification: true,
  }),
};

const kinds: { [K in AddedKind]: MessageKind<K> } = {
  text,
  buttons,
  list,
  location,
  contact,
  contacts,
  poll,
  event,
  'group-invite': groupInvite,
  product,
  order,
  payment,
  'group-event': groupEvent,
  ...mediaMessageKinds,
  'channel-admin-invite': channelAdminInvite,
};

const ofType = new Map(Object.values(kinds).flatMap((kind) => kind.types.map((type) => [type, kind] as const)));

/** What is sent of a message; a text when the replica does not model it: what is missing. */
export function contentOf(message: OutgoingMessage, chat: Chat): Added | string {
  const kind = message.isDynamicReplyButtonsMsg ? buttons : ofType.get(message.type);
  return kind?.contentOf(message, chat) ?? `for a message of type ${message.type}`;
}

/** Attributes of the `Msg` with this content. */
export function attributesOf(content: Added): Attributes {
  return (kinds[content.kind] as MessageKind<AddedKind>).attributesOf(content);
}

/** What is sent of a message besides its content. */
export function contextOf(message: Pick<OutgoingMessage, string>): MessageContext {
  const mentions = message.mentionedJidList as Wid[] | undefined;
  const groupMentions = message.groupMentions as { groupSubject: string; groupJid: Wid }[] | undefined;
  return given({
    mentions: mentions?.length ? mentions.map(String) : undefined,
    groupMentions: groupMentions?.length
      ? groupMentions.map(({ groupSubject, groupJid }) => ({ subject: groupSubject, group: String(groupJid) }))
      : undefined,
    forwardingScore: message.isForwarded ? Math.max(1, Number(message.forwardingScore ?? 1)) : undefined,
    ephemeralSeconds: Number(message.ephemeralDuration) || undefined,
  });
}

/** Attributes of the `Msg` besides those of its content. */
export function contextAttributes({
  mentions,
  groupMentions,
  forwardingScore,
  ephemeralSeconds,
  quoted,
}: Message): Attributes {
  return {
    mentionedJidList: mentions?.map((jid) => new Wid(jid)) ?? [],
    groupMentions:
      groupMentions?.map(({ subject, group }) => ({ groupSubject: subject, groupJid: new Wid(group) })) ?? [],
    isForwarded: forwardingScore !== undefined,
    forwardingScore: forwardingScore ?? 0,
    ...(ephemeralSeconds !== undefined && { ephemeralDuration: ephemeralSeconds, isEphemeral: true }),
    ...(quoted && {
      quotedMsg: attributesOf(quoted.content),
      quotedStanzaID: quoted.id,
      quotedParticipant: new Wid(quoted.from),
      ...(quoted.chat !== undefined && { quotedRemoteJid: new Wid(quoted.chat) }),
    }),
  };
}
