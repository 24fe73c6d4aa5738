/** Kinds of messages that carry a file, as the attribute `type` of a message names them. */
export const mediaKinds = ['image', 'video', 'audio', 'ptt', 'document', 'sticker'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export const isMediaKind = (kind: unknown): kind is MediaKind => mediaKinds.includes(kind as MediaKind);

/** What the media server distinguishes. A gif is a video that plays by itself; ptt is a voice message (push to talk). */
export type MediaType = MediaKind | 'gif';

/** Info of the key derivation (HKDF). Types that share it can carry the same bytes. */
export const mediaKeyInfo: Readonly<Record<MediaType, string>> = {
  image: 'WhatsApp Image Keys',
  sticker: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  gif: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  ptt: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
};

/** Types whose bytes a player fetches in parts: the sender adds a MAC of each part. */
export const isStreamed = (type: string): boolean => type === 'video' || type === 'audio';

/** Bytes of a part, without the block that it shares with the next one. */
export const sidecarPart = 65_536;

/** Bytes of a MAC of media, and of each entry of a sidecar. */
export const mediaMacLength = 10;

/**
 * Bytes that the server takes. Real pages have this limit for images, videos, audio and stickers, and 2000 MiB for documents, which the
 * replica does not keep.
 */
export const uploadLimit = 64 * 1024 * 1024;

/** Where the media server has what is uploaded. Media of channels (`newsletter-image`) is not encrypted. */
export function mediaPath(type: string, hash: string): string {
  const folder = type.startsWith('newsletter-') ? 'newsletter' : 'mms';
  return `/${folder}/${type}/${hash.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}
