import type { MediaContent } from '../../../contracts/media-content.ts';
import type { MediaKind } from '../../../contracts/replica-media.ts';
import type { AddedOf } from '../../../contracts/replica-message.ts';
import { decodeB64, encodeB64 } from '../keys/bytes.ts';
import type { Attributes } from '../model/base-model.ts';
import { given, textOf } from './fields.ts';
import type { MessageKind, OutgoingMessage } from './kinds.ts';

/** Names in a message: `width` and `fullWidth`, `body` for the thumbnail, `duration` in seconds as text. */
const kindOf = <K extends MediaKind>(kind: K): MessageKind<K> => ({
  types: [kind],
  contentOf: (message) => contentOf(kind, message) as AddedOf<K> | string,
  attributesOf: (content) => attributesOf(content as unknown as MediaContent),
});

const notReadable = () => 'for a message that the page cannot read';

const unavailable: MessageKind<'unavailable'> = {
  types: ['ciphertext'],
  contentOf: notReadable,
  attributesOf: () => ({ type: 'ciphertext', subtype: 'view_once_unavailable_fanout', body: '' }),
};

const ciphertext: MessageKind<'ciphertext'> = {
  types: [],
  contentOf: notReadable,
  attributesOf: () => ({ type: 'ciphertext', body: '' }),
};

export const mediaMessageKinds: { [K in MediaKind | 'unavailable' | 'ciphertext']: MessageKind<K> } = {
  image: kindOf('image'),
  video: kindOf('video'),
  audio: kindOf('audio'),
  ptt: kindOf('ptt'),
  document: kindOf('document'),
  sticker: kindOf('sticker'),
  unavailable,
  ciphertext,
};

const wholeOf = (value: unknown) => (value === undefined || value === null ? undefined : Math.trunc(Number(value)));
const base64Of = (value: unknown) => {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array) return encodeB64(value);
  return Array.isArray(value) ? encodeB64(Uint8Array.from(value as number[])) : undefined;
};

/** What is sent: without a file on the server there is nothing to send. */
function contentOf(kind: MediaKind, message: OutgoingMessage): MediaContent | string {
  const directPath = textOf(message.directPath);
  const filehash = textOf(message.filehash);
  if (directPath === undefined || filehash === undefined) return 'for media that was not uploaded';
  const file = given({
    mimetype: textOf(message.mimetype) ?? (kind === 'sticker' ? 'image/webp' : 'application/octet-stream'),
    directPath,
    filehash,
    size: wholeOf(message.size) ?? 0,
    mediaKey: textOf(message.mediaKey),
    mediaKeyTimestamp: wholeOf(message.mediaKeyTimestamp),
    encFilehash: textOf(message.encFilehash),
  });
  const { width, height, fullWidth, fullHeight } = message;
  const picture = given({ width: wholeOf(width ?? fullWidth), height: wholeOf(height ?? fullHeight) });
  const words = given({ caption: textOf(message.caption), thumbnail: textOf(message.body) });
  const viewOnce = message.isViewOnce ? { viewOnce: true as const } : {};
  const length = given({ seconds: wholeOf(message.duration) });
  const sidecar = given({ sidecar: base64Of(message.streamingSidecar) });
  switch (kind) {
    case 'image':
      return { kind, ...file, ...picture, ...words, ...viewOnce };
    case 'video': {
      const gif = message.isGif ? { gif: true as const } : {};
      return { kind, ...file, ...picture, ...words, ...viewOnce, ...length, ...sidecar, ...gif };
    }
    case 'audio':
      return { kind, ...file, ...length, ...sidecar };
    case 'ptt':
      return { kind, ...file, ...length, ...viewOnce, ...given({ waveform: base64Of(message.waveform) }) };
    case 'document':
      return {
        kind,
        ...file,
        ...words,
        ...given({ filename: textOf(message.filename), pageCount: wholeOf(message.pageCount) }),
      };
    case 'sticker':
      return { kind, ...file, ...picture };
  }
}

function attributesOf(content: MediaContent): Attributes {
  const { kind, mimetype, directPath, filehash, encFilehash, mediaKey, mediaKeyTimestamp, size, ...about } = content;
  const { caption, thumbnail, viewOnce, seconds, sidecar, gif, waveform, filename, pageCount, width, height } =
    about as Partial<AddedOf<'image'> & AddedOf<'video'> & AddedOf<'ptt'> & AddedOf<'document'>>;
  return {
    type: kind,
    mimetype,
    directPath,
    deprecatedMms3Url: `${location.origin}${directPath}`,
    filehash,
    encFilehash,
    mediaKey,
    mediaKeyTimestamp,
    size,
    body: thumbnail ?? '',
    ...(caption !== undefined && { caption }),
    ...(kind === 'document' && { filename, pageCount: pageCount ?? 0, isCaptionByUser: caption !== undefined }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(seconds !== undefined && { duration: String(seconds) }),
    ...(kind === 'video' && { isGif: gif ?? false }),
    ...((kind === 'image' || kind === 'video' || kind === 'ptt') && { isViewOnce: viewOnce ?? false }),
    ...(sidecar !== undefined && { streamingSidecar: decodeB64(sidecar).buffer }),
    ...(waveform !== undefined && { waveform: decodeB64(waveform) }),
  };
}
