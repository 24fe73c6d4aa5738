import type { MediaContent } from '../../../contracts/media-content.ts';
import type { MediaKind } from '../../../contracts/replica-media.ts';
import type { AddedOf } from '../../../contracts/replica-message.ts';
import { decodeB64, encodeB64 } from '../keys/bytes.ts';
import type { Attributes } from '../model/base-model.ts';
import type { MessageKind, OutgoingMessage } from './kinds.ts';

/** Names in a message: `width` and `fullWidth`, `body` for the thumbnail, `duration` in seconds as text. */
const kindOf = <K extends MediaKind>(kind: K): MessageKind<K> => ({
  types: [kind],
  contentOf: (message) => contentOf(kind, message) as AddedOf<K> | string,
  attributesOf: (content) => attributesOf(content as unknown as MediaContent),
});

export const mediaMessageKinds: { [K in MediaKind]: MessageKind<K> } = {
  image: kindOf('image'),
  video: kindOf('video'),
  audio: kindOf('audio'),
  ptt: kindOf('ptt'),
  document: kindOf('document'),
  sticker: kindOf('sticker'),
};

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown) => (value === undefined || value === null ? undefined : Math.trunc(Number(value)));
const bytes = (value: unknown) => {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array) return encodeB64(value);
  return Array.isArray(value) ? encodeB64(Uint8Array.from(value as number[])) : undefined;
};

/** What is sent: without a file on the server there is nothing to send. */
function contentOf(kind: MediaKind, message: OutgoingMessage): MediaContent | string {
  const directPath = text(message.directPath);
  const filehash = text(message.filehash);
  if (directPath === undefined || filehash === undefined) return 'for media that was not uploaded';
  const file = defined({
    mimetype: text(message.mimetype) ?? (kind === 'sticker' ? 'image/webp' : 'application/octet-stream'),
    directPath,
    filehash,
    size: number(message.size) ?? 0,
    mediaKey: text(message.mediaKey),
    mediaKeyTimestamp: number(message.mediaKeyTimestamp),
    encFilehash: text(message.encFilehash),
  });
  const { width, height, fullWidth, fullHeight } = message;
  const picture = defined({ width: number(width ?? fullWidth), height: number(height ?? fullHeight) });
  const words = defined({ caption: text(message.caption), thumbnail: text(message.body) });
  const viewOnce = message.isViewOnce ? { viewOnce: true as const } : {};
  const length = defined({ seconds: number(message.duration) });
  const sidecar = defined({ sidecar: bytes(message.streamingSidecar) });
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
      return { kind, ...file, ...length, ...viewOnce, ...defined({ waveform: bytes(message.waveform) }) };
    case 'document':
      return {
        kind,
        ...file,
        ...words,
        ...defined({ filename: text(message.filename), pageCount: number(message.pageCount) }),
      };
    case 'sticker':
      return { kind, ...file, ...picture };
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the fields that have no value. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
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
    // A document without words is shown by its name.
    ...((caption ?? filename) !== undefined && { caption: caption ?? filename }),
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
