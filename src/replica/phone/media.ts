import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { MediaContent } from '../../contracts/media-content.ts';
import type { MediaOptions } from '../../contracts/phone-control.ts';
import { Refusal } from '../../contracts/refusal.ts';
import {
  isMediaKind,
  isStreamed,
  type MediaType,
  mediaKeyInfo,
  mediaMacLength,
  sidecarPart,
  uploadLimit,
} from '../../contracts/replica-media.ts';
import type { Content } from '../../contracts/replica-message.ts';
import type { MediaStore } from '../world/media-store.ts';

/** A file out of a message. */
export interface ReadMedia {
  bytes: Buffer;
  mimetype: string;
  filename?: string;
}

/** Bytes as they lie on the media server, and what a message says about them. */
export interface EncryptedFile {
  bytes: Buffer;
  /** Base64. */
  mediaKey: string;
  encFilehash: string;
  filehash: string;
  size: number;
  sidecar?: string;
}

function keysOf(type: MediaType, mediaKey: Buffer) {
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), mediaKeyInfo[type], 112));
  return { iv: keys.subarray(0, 16), cipherKey: keys.subarray(16, 48), macKey: keys.subarray(48, 80) };
}

const macOf = (key: Buffer, ...parts: Buffer[]) => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest().subarray(0, mediaMacLength);
};

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

/** Encrypts a file with a key of its own. */
export function encryptFile(type: MediaType, file: Buffer): EncryptedFile {
  const mediaKey = randomBytes(32);
  const { iv, cipherKey, macKey } = keysOf(type, mediaKey);
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const encrypted = Buffer.concat([cipher.update(file), cipher.final()]);
  const bytes = Buffer.concat([encrypted, macOf(macKey, iv, encrypted)]);
  return {
    bytes,
    mediaKey: mediaKey.toString('base64'),
    encFilehash: sha256(bytes),
    filehash: sha256(file),
    size: file.length,
    ...(isStreamed(type) && { sidecar: sidecarOf(macKey, Buffer.concat([iv, bytes])) }),
  };
}

function sidecarOf(macKey: Buffer, bytes: Buffer): string {
  const parts = Math.ceil((bytes.length - 16) / sidecarPart);
  const part = (at: number) => bytes.subarray(at * sidecarPart, (at + 1) * sidecarPart + 16);
  return Buffer.concat(Array.from({ length: parts }, (_, at) => macOf(macKey, part(at)))).toString('base64');
}

/** Decrypts what lies on the server. @returns null when the key is not the one of these bytes, or they were changed. */
export function decryptFile(type: MediaType, bytes: Buffer, mediaKey: string): Buffer | null {
  const { iv, cipherKey, macKey } = keysOf(type, Buffer.from(mediaKey, 'base64'));
  const encrypted = bytes.subarray(0, -mediaMacLength);
  const mac = bytes.subarray(-mediaMacLength);
  if (mac.length !== mediaMacLength || !timingSafeEqual(mac, macOf(macKey, iv, encrypted))) return null;
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/**
 * The content of a message with a file, which is on the media server then.
 *
 * @throws Refusal `media-too-large`
 */
export function contentWith(file: Buffer, options: MediaOptions, media: MediaStore): MediaContent {
  if (file.length > uploadLimit) {
    throw new Refusal('media-too-large', `The file has ${file.length} bytes; the server takes ${uploadLimit} at most.`);
  }
  const type = options.as ?? typeOf(options.mimetype);
  const { bytes, sidecar, ...encrypted } = encryptFile(type, file);
  const { mimetype, filename, caption, width, height, seconds, viewOnce } = options;
  const common = {
    mimetype,
    directPath: media.put(type, encrypted.encFilehash, bytes),
    mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    ...encrypted,
  };
  const picture = { ...(width && { width }), ...(height && { height }) };
  const words = caption === undefined ? {} : { caption };
  const length = seconds === undefined ? {} : { seconds };
  const once = viewOnce ? { viewOnce } : {};
  const played = sidecar === undefined ? {} : { sidecar };
  switch (type) {
    case 'image':
      return { kind: 'image', ...common, ...picture, ...words, ...once };
    case 'video':
      return { kind: 'video', ...common, ...picture, ...words, ...length, ...once, ...played };
    case 'gif':
      return { kind: 'video', gif: true, ...common, ...picture, ...words, ...length, ...once };
    case 'audio':
      return { kind: 'audio', ...common, ...length, ...played };
    case 'ptt':
      return { kind: 'ptt', ...common, ...length, ...once };
    case 'document':
      return { kind: 'document', ...common, ...words, ...(filename && { filename }) };
    case 'sticker':
      return { kind: 'sticker', ...common, ...picture };
  }
}

function typeOf(mimetype: string): MediaType {
  const [kind] = mimetype.split('/');
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
}

/** The file of a content, as the phone reads it: undefined when there is none, or the server does not have it in a form that it can read. */
export function readMedia(content: Content, media: MediaStore): ReadMedia | undefined {
  if (!isMediaContent(content)) return undefined;
  const bytes = media.get(content.directPath);
  const { mediaKey, mimetype } = content;
  const file = bytes && (mediaKey === undefined ? bytes : decryptFile(content.kind, bytes, mediaKey));
  if (!file || sha256(file) !== content.filehash) return undefined;
  const filename = content.kind === 'document' ? content.filename : undefined;
  return { bytes: file, mimetype, ...(filename !== undefined && { filename }) };
}

const isMediaContent = (content: Content): content is MediaContent => isMediaKind(content.kind);
