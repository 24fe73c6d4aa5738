import { z } from 'zod';
import type { PageCircumstances } from './circumstances.ts';
import type { ChannelInfo } from './replica-channels.ts';
import type { GroupInfo } from './replica-groups.ts';
import { chatJidSchema, type Message, messageSchema, userJidSchema } from './replica-message.ts';
import type { Notification } from './replica-notifications.ts';
import { type AnswerFrame, type Mutation, queryFrameSchema } from './replica-queries.ts';

/**
 * The frames between the replica's page and its server over the WebSocket, one JSON object each. They carry what the real
 * stanzas carry, unencrypted: the replica does not reproduce the transport (noise, protobuf).
 */

const base64 = z.base64();
export const contactRecordSchema = z.strictObject({
  id: userJidSchema,
  name: z.string(),
  shortName: z.string().optional(),
  pushname: z.string(),
});
export type ContactRecord = z.infer<typeof contactRecordSchema>;

/** A contact with what the server adds. */
export interface SyncedContact extends ContactRecord {
  lid: string;
  isBusiness: boolean;
}

/** Frames of the page. */
export const pageFrameSchema = z.discriminatedUnion('type', [
  /** First frame of a page without a linked device: requests refs. */
  z.strictObject({ type: z.literal('register'), noisePub: base64, identityPub: base64 }),
  /** First frame of a page with a linked device: requests a challenge. */
  z.strictObject({ type: z.literal('login'), wid: userJidSchema, deviceId: z.int().positive() }),
  /** HMAC-SHA256(X25519(noise key of the page, key of the server), nonce). */
  z.strictObject({ type: z.literal('login-proof'), proof: base64 }),
  /** The device identity is right; `proof` = HMAC-SHA256(X25519(identity key, account key), 06 01 + details). */
  z.strictObject({ type: z.literal('pair-device-sign'), proof: base64 }),
  z.strictObject({ type: z.literal('pair-error'), code: z.enum(['hmac-mismatch', 'signature-mismatch']) }),
  /** Starts a link by pairing code; the page creates the code. */
  z.strictObject({
    type: z.literal('companion-hello'),
    requestId: z.int(),
    phone: z.string().regex(/^\d{7,15}$/),
    code: z.string().length(8),
    noisePub: base64,
    identityPub: base64,
    advSecret: base64,
  }),
  z.strictObject({ type: z.literal('send'), message: messageSchema }),
  z.strictObject({
    type: z.literal('receipt'),
    ids: z.array(z.string()),
    chat: chatJidSchema,
    ack: z.int().min(2).max(4),
  }),
  queryFrameSchema,
  /** The page takes the connection back after a conflict. */
  z.strictObject({ type: z.literal('takeover') }),
  /** The user logged out in the page. */
  z.strictObject({ type: z.literal('unpair-device'), reason: z.string() }),
  /** The dialog that tells what is new was left open on a new device; its phone then removes it. */
  z.strictObject({ type: z.literal('dialog-left-open') }),
  /** A report for the observer of the replica; the server does not act on it. */
  z.strictObject({ type: z.literal('report'), event: z.string(), detail: z.record(z.string(), z.unknown()) }),
]);
export type PageFrame = z.infer<typeof pageFrameSchema>;

/** Frames of the server. The page trusts them; they are typed only. */
export type ServerFrame =
  /** Six refs: the first lives `firstMs`, each other `nextMs`. */
  | { type: 'pair-device'; refs: string[]; firstMs: number; nextMs: number }
  | {
      type: 'pair-success';
      /** The device identity that the phone signs, base64. */
      details: string;
      /** HMAC-SHA256(ADV secret, details), base64. */
      hmac: string;
      /** X25519 public key of the account, base64. */
      accountKey: string;
      /** HMAC-SHA256(X25519(account key, identity key of the page), 06 00 + details + identity key), base64. */
      accountSignature: string;
      wid: string;
      lid: string;
      deviceId: number;
      pushname: string;
      platform: string;
    }
  /** The server ends the stream: 515 restart, 401 device removed, 409 replaced by another connection, 406 account banned. */
  | { type: 'stream-error'; code: 515 | 401 | 406 | 409 }
  /** The server refuses the login: 402 banned for `expire` seconds, 403 locked, 406 banned, 401 not authorized. */
  | { type: 'failure'; reason: 401 | 403 | 406 }
  | { type: 'failure'; reason: 402; code: number; expire: number }
  /** The account has a passkey: the page has to sign the challenge, base64. */
  | { type: 'passkey-request'; challenge: string }
  | { type: 'challenge'; nonce: string; serverPub: string }
  | { type: 'success'; pushname: string; platform: string; lid: string }
  | { type: 'offline-preview'; count: number }
  | {
      type: 'sync';
      contacts: SyncedContact[];
      /** Jids of the people that the account has blocked. */
      blocked: string[];
      groups: GroupInfo[];
      channels: ChannelInfo[];
      messages: Message[];
      /** Jids of the chats whose older messages only the phone has. */
      olderOnPhone: string[];
      mutations: Mutation[];
    }
  /** A part of the history, the latest part first; percent of the whole. */
  | { type: 'history'; messages: Message[]; progress: number }
  /** Messages of a chat that the page has asked the phone for; `hasMore` when the phone has still older ones. */
  | { type: 'chat-history'; chat: string; messages: Message[]; hasMore: boolean }
  /** The page has everything that it needs to be usable. */
  | { type: 'critical-sync-done' }
  | { type: 'message'; message: Message; offline: boolean }
  | { type: 'ack'; chat: string; ids: string[]; ack: number }
  | AnswerFrame
  /** `offline`: it happened while the device was not connected. */
  | { type: 'notification'; notification: Notification; offline: boolean }
  | { type: 'companion-hello-result'; requestId: number; ok: boolean }
  /** The server requests a new ADV secret within the life of a ref. */
  | { type: 'companion-reg-refresh' }
  | { type: 'circumstances'; circumstances: PageCircumstances };

/** The device is linked: what the page needs to keep its identity. */
export type PairSuccess = Extract<ServerFrame, { type: 'pair-success' }>;
