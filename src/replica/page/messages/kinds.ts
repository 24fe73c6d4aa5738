import type { Content, ContentKind, ContentOf } from '../../../contracts/replica-message.ts';
import type { Attributes } from '../model/base-model.ts';
import type { Chat } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import type { Wid } from '../model/wid.ts';

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
interface MessageKind<K extends ContentKind> {
  /** Values of the attribute `type` that are this kind. */
  types: readonly string[];
  /**
   * What is sent; a text when the server would not deliver it unchanged: what the replica does not model, such as `for buttons`.
   */
  contentOf(message: OutgoingMessage, chat: Chat): ContentOf<K> | string;
  /** Attributes of the `Msg`, among them `type`. */
  attributesOf(content: ContentOf<K>): Attributes;
}

const text: MessageKind<'text'> = {
  types: ['chat'],
  contentOf: ({ body = '', isDynamicReplyButtonsMsg }) =>
    isDynamicReplyButtonsMsg ? 'for buttons' : { kind: 'text', body: String(body) },
  attributesOf: ({ body }) => ({ type: 'chat', body }),
};

/** Attribute names as whatsapp-web clients give and read them: `lat`, `lng`, `loc` for the description, `clientUrl`. */
const location: MessageKind<'location'> = {
  types: ['location'],
  contentOf: ({ lat, lng, loc, clientUrl, isLive }) =>
    isLive
      ? 'for a live location'
      : {
          kind: 'location',
          latitude: Number(lat),
          longitude: Number(lng),
          ...(typeof loc === 'string' && { description: loc }),
          ...(typeof clientUrl === 'string' && { url: clientUrl }),
        },
  attributesOf: ({ latitude, longitude, description, url }) => ({
    type: 'location',
    lat: latitude,
    lng: longitude,
    loc: description,
    clientUrl: url,
    isLive: false,
  }),
};

const kinds: { [K in ContentKind]: MessageKind<K> } = { text, location };

const ofType = new Map(Object.values(kinds).flatMap((kind) => kind.types.map((type) => [type, kind] as const)));

/** What is sent of a message; a text when the replica does not model it: what is missing. */
export function contentOf(message: OutgoingMessage, chat: Chat): Content | string {
  return ofType.get(message.type)?.contentOf(message, chat) ?? `for a message of type ${message.type}`;
}

/** Attributes of the `Msg` with this content. */
export function attributesOf(content: Content): Attributes {
  return (kinds[content.kind] as MessageKind<ContentKind>).attributesOf(content);
}
