import { isMediaKind } from '../../../contracts/replica-media.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { filehashOf } from '../media/media-crypto.ts';
import { MediaPrep, type PrepOptions, toWebpSticker } from '../media/raw-media.ts';
import { newFlow, Transfers } from '../media/transfers.ts';
import type { Attributes } from '../model/base-model.ts';
import {
  disassociateMediaFromMsg,
  getOrCreateMediaObject,
  MediaData,
  MediaObject,
  OpaqueData,
} from '../model/media.ts';
import { Msg } from '../model/models.ts';
import type { Page } from '../shared/page.ts';

interface MessageType {
  type: string;
  isGif?: boolean;
  isNewsletter?: boolean;
}

/** Files of messages: what code in the page calls to send and to read them. */
export function mediaModules(page: Page, { requests }: Lifecycle): Implementations {
  MediaData.showsPrivateId = page.surface.behaviours.mediaPrivateId === 'enumerable';
  const transfers = new Transfers(page, requests);
  Object.defineProperty(Msg.prototype, 'downloadMedia', {
    value(this: Msg, options?: { isUserInitiated?: boolean }) {
      return transfers.downloadMsg(this, options);
    },
    writable: true,
    configurable: true,
  });
  page.msgs.on('remove', (msg: Msg) => {
    if (msg.mediaObject) disassociateMediaFromMsg(msg.mediaObject, msg);
  });
  Object.defineProperty(Msg.prototype, 'avParams', {
    // Builds without the method have another way to describe the media of a channel.
    get: () => (page.members.all()['WAWebMsgModel.Msg']?.methods?.includes('avParams') ? avParams : undefined),
    configurable: true,
  });
  return {
    WAWebMediaOpaqueData: { default: OpaqueData },
    WAWebPrepRawMedia: {
      prepRawMedia: (data: OpaqueData | Promise<OpaqueData>, options: PrepOptions) => new MediaPrep(data, options),
    },
    WAWebMediaStorage: {
      getOrCreateMediaObject,
      associateMediaWithMsg: (object: MediaObject, msg: Msg) => object.addMsg(msg),
      disassociateMediaFromMsg,
    },
    WAWebMediaObject: { MediaObject },
    WAWebMmsMediaTypes: {
      msgToMediaType,
      getMsgMediaType: (msg: Msg) =>
        msgToMediaType({
          type: msg.type,
          isGif: Boolean(msg.get('isGif')),
          isNewsletter: msg.id.remote.isNewsletter(),
        }),
      castToV4: (shape: string | undefined) => shape?.toLowerCase().replaceAll('_', '-') ?? 'document',
    },
    WAWebMediaMmsV4Upload: {
      uploadMedia: transfers.uploadMedia.bind(transfers),
      uploadUnencryptedMedia: transfers.uploadUnencryptedMedia.bind(transfers),
      cancelUploadMedia: () => {},
      getBlobFromMediaObject: ({ mediaBlob }: MediaObject) => mediaBlob?.formData(),
    },
    WAWebMediaDataUtils: {
      shouldUseMediaCache: (type: string) => type !== 'video' && type !== 'gif' && type !== 'newsletter-video',
    },
    WAWebMediaInMemoryBlobCache: { InMemoryMediaBlobCache: blobCache() },
    WAWebUploadManager: {
      default: {
        encryptAndUpload: transfers.encryptAndUpload.bind(transfers),
        unencryptedUpload: transfers.unencryptedUpload.bind(transfers),
      },
    },
    WAWebDownloadManager: {
      downloadManager: { downloadAndMaybeDecrypt: transfers.downloadAndMaybeDecrypt.bind(transfers) },
    },
    WAWebStartMediaUploadQpl: { startMediaUploadQpl: newFlow },
    WAWebMediaUpdateMsg: {
      default: async (msg: Msg, values: Attributes) => {
        msg.set(values);
      },
    },
    WAWebImageUtils: { toWebpSticker },
    WAMediaCalculateFilehash: {
      calculateFilehash: filehashOf,
      getRandomFilehash: () => filehashOf(crypto.getRandomValues(new Uint8Array(20))),
    },
  };
}

/** What the server of channels wants to know of a file. */
function avParams(this: Msg): Attributes {
  const names = ['type', 'mimetype', 'size', 'filehash', 'duration', 'width', 'height'];
  return Object.fromEntries(names.map((name) => [name, this.get(name)]).filter(([, value]) => value !== undefined));
}

/** @throws Error for what is no message with a file. */
function msgToMediaType({ type, isGif = false, isNewsletter = false }: MessageType): string {
  if (!isMediaKind(type)) throw new Error(`msg is not a media msg: ${type}, isGif=${isGif}`);
  const mediaType = type === 'video' && isGif ? 'gif' : type;
  return isNewsletter && type !== 'document' ? `newsletter-${mediaType}` : mediaType;
}

/** Bytes of files that the cache keeps; more is removed, the oldest first. */
const cachedBytes = 64 * 1024 * 1024;

/** Files that are in the page, by their hash. */
function blobCache() {
  const blobs = new Map<string, Blob>();
  const put = (hash: string, blob: Blob) => {
    blobs.set(hash, blob);
    let size = [...blobs.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [oldest, each] of blobs) {
      if (size <= cachedBytes) return;
      blobs.delete(oldest);
      size -= each.size;
    }
  };
  return {
    put,
    get: (hash: string) => blobs.get(hash),
    has: (hash: string) => blobs.has(hash),
    delete: (hash: string) => blobs.delete(hash),
    clear: () => blobs.clear(),
  };
}
