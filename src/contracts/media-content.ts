import { z } from 'zod';

/** Contents with a file, each with the fields of WhatsApp's own message of that kind. The bytes lie encrypted on the media server. */

const base64 = z.base64();

/** Where the bytes are and how they are read. */
const file = {
  mimetype: z.string().max(200),
  /** On the media server; what is there can be read with the key only. */
  directPath: z.string().regex(/^\/(mms|newsletter)\/[a-z-]+\/[\w-]+$/),
  /** 32 bytes; media of channels has none, since it is not encrypted. */
  mediaKey: base64.optional(),
  /** Seconds since 1970. */
  mediaKeyTimestamp: z.int().optional(),
  /** SHA-256 of the bytes, and of what lies on the server. */
  filehash: base64,
  encFilehash: base64.optional(),
  /** Bytes. */
  size: z.int().min(0),
};
const picture = { width: z.int().min(0).optional(), height: z.int().min(0).optional() };
/** A small JPEG that is shown until the file is there. */
const thumbnail = base64.optional();
const caption = z.string().max(65_536).optional();
/** True for what can be opened once only. */
const viewOnce = z.literal(true).optional();
const seconds = z.int().min(0).optional();
/** MACs of the parts of a file that is played while it comes. */
const sidecar = base64.optional();

const imageSchema = z.strictObject({ kind: z.literal('image'), ...file, ...picture, caption, thumbnail, viewOnce });
const videoSchema = z.strictObject({
  kind: z.literal('video'),
  ...file,
  ...picture,
  caption,
  thumbnail,
  viewOnce,
  seconds,
  sidecar,
  /** True for a video without sound that plays by itself. */
  gif: z.literal(true).optional(),
});
const audioSchema = z.strictObject({ kind: z.literal('audio'), ...file, seconds, sidecar });
const voiceSchema = z.strictObject({
  kind: z.literal('ptt'),
  ...file,
  seconds,
  viewOnce,
  /** 64 bytes of 0 to 100: how loud it is over its time. */
  waveform: base64.optional(),
});
const documentSchema = z.strictObject({
  kind: z.literal('document'),
  ...file,
  filename: z.string().max(255).optional(),
  caption,
  thumbnail,
  pageCount: z.int().min(0).optional(),
});
const stickerSchema = z.strictObject({ kind: z.literal('sticker'), ...file, ...picture });

/** What linked devices get in place of a message that can be opened once: only the phone has it. */
export const unavailableSchema = z.strictObject({ kind: z.literal('unavailable') });
/** What a linked device gets of a message that it cannot decrypt; the same message comes again when it can. */
export const ciphertextSchema = z.strictObject({ kind: z.literal('ciphertext') });

export const mediaContentSchemas = [
  imageSchema,
  videoSchema,
  audioSchema,
  voiceSchema,
  documentSchema,
  stickerSchema,
] as const;
export type MediaContent = z.infer<(typeof mediaContentSchemas)[number]>;
