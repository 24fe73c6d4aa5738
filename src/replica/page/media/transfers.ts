import { type MediaType, mediaKeyInfo, mediaPath } from '../../../contracts/replica-media.ts';
import { decodeB64, encodeB64 } from '../keys/bytes.ts';
import type { Requests } from '../link/requests.ts';
import { type MediaEntry, type MediaObject, OpaqueData } from '../model/media.ts';
import type { Chat, Msg } from '../model/models.ts';
import { abProp, type Page } from '../shared/page.ts';
import { decryptMedia, encryptMedia, filehashOf } from './media-crypto.ts';
import { MediaFileError } from './raw-media.ts';

/** Bytes of decrypted files that the page keeps, the latest used ones. */
const cachedBytes = 64 * 1024 * 1024;

/** Waits before the next attempts at a transfer that failed for a reason that may pass. */
const retryMs = [1_000, 2_000, 4_000];

/** Answers of the media server that are no success, by their status. */
const statusNames: Readonly<Record<number, string>> = {
  401: 'MMSUnauthorizedError',
  403: 'MMSForbiddenError',
  404: 'MediaNotFoundError',
  413: 'MediaTooLargeError',
  415: 'MediaInvalidError',
  507: 'MMSThrottleError',
};

/** The media server refuses. */
class MediaServerError extends Error {
  readonly status: number;

  constructor(status: number, what: string) {
    super(what);
    this.status = status;
    this.name = statusNames[status] ?? 'HttpStatusCodeError';
  }
}

/** Tries again after a lost connection, a new login of the media server, and a fault of it. */
async function withRetries<T>(transfer: () => Promise<T>): Promise<T> {
  for (const ms of retryMs) {
    try {
      return await transfer();
    } catch (error) {
      // `fetch` says TypeError for what has no answer.
      const mayPass =
        error instanceof MediaServerError ? error.status === 401 || error.status >= 500 : error instanceof TypeError;
      if (!mayPass || (error as MediaServerError).status === 507) throw error;
      await new Promise((done) => setTimeout(done, ms));
    }
  }
  return transfer();
}

/** What records how a transfer goes; callers give one of their own. */
export interface TransferFlow {
  addPoint(name: string, about?: object): TransferFlow;
  addAnnotations(about: object): TransferFlow;
  endSuccess(): void;
  endFailWithError(name: string, message?: string): void;
}

/** A flow that records nothing. */
export function newFlow(): TransferFlow {
  const flow: TransferFlow = {
    addPoint: () => flow,
    addAnnotations: () => flow,
    endSuccess: () => {},
    endFailWithError: () => {},
  };
  return flow;
}

interface UploadArgs {
  blob: Blob | ArrayBuffer;
  type: MediaType;
  signal?: AbortSignal;
  /** Base64; taken only together with its time. */
  mediaKey?: string;
  mediaKeyTimestamp?: number;
  uploadQpl?: TransferFlow;
}

interface UploadMediaArgs {
  mimetype?: string;
  mediaObject: MediaObject;
  mediaType: MediaType;
  /** Makes the token that media of channels is uploaded under. */
  calculateToken?: (filehash: string) => Promise<string>;
}

interface DownloadArgs {
  directPath?: string;
  encFilehash?: string;
  filehash?: string;
  mediaKey?: string;
  type: MediaType;
  mimetype?: string;
  signal?: AbortSignal;
  downloadQpl?: TransferFlow;
}

/** MIME types that a download takes for a type, on builds that check; a type that is not here takes all but SVG. */
const images = ['image/jpeg', 'image/png', 'image/webp'];
const sounds = ['audio/ogg; codecs=opus', 'audio/mp4', 'audio/mpeg', 'audio/aac', 'audio/amr'];
const allowed: Partial<Record<MediaType, readonly string[]>> = {
  image: images,
  sticker: ['image/webp', 'application/was'],
  video: ['video/mp4', 'video/3gpp'],
  gif: ['video/mp4', 'video/3gpp'],
  audio: sounds,
  ptt: sounds,
};

/** Files to and from the media server. */
export class Transfers {
  private readonly page: Page;
  private readonly requests: Requests;
  /** What an upload carries; asked for once. */
  private auth: Promise<string> | undefined;
  /** Decrypted files by their hash, the latest used one last. */
  private readonly cache = new Map<string, ArrayBuffer>();

  constructor(page: Page, requests: Requests) {
    this.page = page;
    this.requests = requests;
  }

  /** Encrypts a file and uploads it. @throws MediaServerError */
  async encryptAndUpload({ blob, type, signal, mediaKey, mediaKeyTimestamp, uploadQpl }: UploadArgs) {
    const { mediaFlow } = this.page.surface.behaviours;
    // The worker never answers a page into which code was injected.
    if (abProp(this.page, 'web_media_encrypt_upload_in_worker_enabled')) return new Promise<never>(() => {});
    const flow = mediaFlow === 'both' ? (uploadQpl as TransferFlow) : newFlow();
    try {
      flow.addPoint('upload_start');
      const hasKey = mediaKey !== undefined && mediaKeyTimestamp !== undefined;
      const key = hasKey ? decodeB64(mediaKey) : crypto.getRandomValues(new Uint8Array(32));
      const file = blob instanceof Blob ? await blob.arrayBuffer() : blob;
      const { bytes, encFilehash, sidecar } = await encryptMedia(type, file, key);
      const posted = { type, bytes, hash: encFilehash, token: encFilehash, signal };
      const { directPath, url } = await withRetries(() => this.post(posted));
      flow.endSuccess();
      return {
        url,
        directPath,
        encFilehash,
        mediaKey: encodeB64(key),
        mediaKeyTimestamp: hasKey ? mediaKeyTimestamp : Math.floor(Date.now() / 1000),
        sidecar,
        firstFrameSidecar: undefined,
      };
    } catch (error) {
      flow.endFailWithError('upload_failed', String(error));
      throw error;
    }
  }

  /** Uploads a file of a channel, which has no key: any reader sees it. @throws MediaServerError */
  async unencryptedUpload({ file, type, hash, token = hash, signal }: UnencryptedArgs) {
    return withRetries(() => this.post({ type, bytes: file, hash, token, signal }));
  }

  /** Uploads the file of a media object once. @returns `error` as the kind when the server refuses. */
  uploadMedia(args: UploadMediaArgs): Promise<UploadResult> {
    const { mediaObject, mediaType } = args;
    return this.settle(mediaObject, async (blob) => {
      const known = mediaObject.entries.find(({ mediaKey, type }) => mediaKey !== undefined && type === mediaType);
      if (known) return known;
      const done = await this.encryptAndUpload({ blob, type: mediaType, uploadQpl: newFlow() });
      return addEntry(mediaObject, { ...done, type: mediaType, uploadHash: done.encFilehash });
    });
  }

  /** As `uploadMedia`, for a channel. */
  uploadUnencryptedMedia({ mediaObject, mediaType, calculateToken }: UploadMediaArgs): Promise<UploadResult> {
    return this.settle(mediaObject, async (blob) => {
      const file = await blob.arrayBuffer();
      const hash = await filehashOf(file);
      const token = (await calculateToken?.(hash)) ?? hash;
      const done = await this.unencryptedUpload({ file, type: mediaType, hash, token });
      return addEntry(mediaObject, { ...done, type: mediaType, filehash: hash });
    });
  }

  /**
   * The bytes of a file. @throws MediaServerError with `status` 404 for one that the server no longer has; an error of the real page's
   * name for one that cannot be read or is not what its message says.
   */
  async downloadAndMaybeDecrypt(args: DownloadArgs): Promise<ArrayBuffer> {
    const { mediaFlow } = this.page.surface.behaviours;
    const { filehash, type, mimetype = 'application/octet-stream', downloadQpl } = args;
    const flow = mediaFlow === 'none' ? newFlow() : (downloadQpl as TransferFlow);
    flow.addAnnotations({ string: { mediaType: type, rawMimeType: mimetype } });
    const cached = filehash === undefined ? undefined : this.cached(filehash);
    if (cached) return cached;
    flow.addPoint('download_and_decrypt_start');
    const bytes = await this.fetchFile(args);
    flow.addPoint('download_and_decrypt_end');
    if (filehash !== undefined && (await filehashOf(bytes)) !== filehash) throw new MediaFileError('MediaHashMismatch');
    this.checkType(type, mimetype);
    if (filehash !== undefined) this.keep(filehash, bytes);
    return bytes;
  }

  /** Brings the file of a message into the page, if the page trusts its sender; what happened is in the message's media data. */
  async downloadMsg(msg: Msg, { isUserInitiated = false }: { isUserInitiated?: boolean } = {}): Promise<void> {
    const object = msg.mediaObject;
    if (!object || object.mediaBlob || !(isUserInitiated || this.isTrusted(msg))) return;
    object.consolidate({ downloadStage: 'FETCHING' });
    try {
      const field = (name: string) => msg.get(name) as string;
      const bytes = await this.downloadAndMaybeDecrypt({
        directPath: field('directPath'),
        encFilehash: field('encFilehash'),
        filehash: field('filehash'),
        mediaKey: field('mediaKey'),
        type: (msg.type === 'video' && msg.get('isGif') ? 'gif' : msg.type) as MediaType,
        mimetype: field('mimetype'),
        downloadQpl: newFlow(),
      });
      const mediaBlob = await OpaqueData.createFromData(bytes, field('mimetype'));
      object.consolidate({ mediaBlob, downloadStage: 'RESOLVED' });
      mediaBlob.autorelease();
    } catch (error) {
      const isMissing = error instanceof MediaServerError && error.status === 404;
      object.consolidate({ downloadStage: isMissing ? 'ERROR_MISSING' : 'NEED_POKE' });
    }
  }

  private isTrusted(msg: Msg): boolean {
    if (msg.id.fromMe) return true;
    const { page } = this;
    const author = page.contacts.get(msg.id.participant ?? msg.from);
    const chat = msg.get('chat') as Chat | undefined;
    return Boolean(author?.name) || (chat?.msgs.some(({ id }) => id.fromMe) ?? false);
  }

  private async fetchFile({ directPath, encFilehash, mediaKey, type, signal }: DownloadArgs): Promise<ArrayBuffer> {
    const isEncrypted = type in mediaKeyInfo;
    if (isEncrypted && mediaKey === undefined) {
      throw new MediaFileError('MediaDecryptionError', `decryptMedia: missing key for type ${type}`);
    }
    if (isEncrypted && encFilehash === undefined) {
      throw new MediaFileError('MediaDecryptionError', `decryptMedia: missing encFilehash for type ${type}`);
    }
    if (!directPath) throw new Error('No direct path is available for download, abort');
    const bytes = await withRetries(async () => {
      const response = await fetch(new URL(directPath, location.origin), signal ? { signal } : {});
      if (!response.ok) throw new MediaServerError(response.status, 'mmsDownload');
      return new Uint8Array(await response.arrayBuffer());
    });
    if (!isEncrypted || mediaKey === undefined) return bytes.buffer;
    try {
      return await decryptMedia(type, bytes, decodeB64(mediaKey));
    } catch (error) {
      throw new MediaFileError('MediaDecryptionError', String(error));
    }
  }

  private checkType(type: MediaType, mimetype: string): void {
    if (!abProp(this.page, 'wa_web_download_mimetype_check_block_enabled')) return;
    const isAllowed = allowed[type]?.includes(mimetype) ?? mimetype.toLowerCase() !== 'image/svg+xml';
    if (isAllowed) return;
    throw new MediaFileError('InvalidMediaFileType', `Unexpected mimetype ${mimetype} for media type ${type}`);
  }

  private async settle(object: MediaObject, upload: (blob: Blob) => Promise<MediaEntry>): Promise<UploadResult> {
    object.consolidate({ uploadStage: 'UPLOADING' });
    try {
      const blob = object.mediaBlob?.formData();
      if (!blob) throw new Error("can't upload media w/out mediaBlob after download");
      const mediaEntry = await upload(blob);
      object.consolidate({ uploadStage: 'UPLOADED' });
      return { kind: 'success', mediaEntry };
    } catch (error) {
      const stages: Readonly<Record<number, string>> = {
        403: 'ERROR_FORBIDDEN',
        413: 'ERROR_TOO_LARGE',
        507: 'ERROR_THROTTLED',
      };
      const status = error instanceof MediaServerError ? error.status : 0;
      object.consolidate({ uploadStage: stages[status] ?? 'NEED_UPLOAD' });
      return { kind: 'error' };
    }
  }

  private async post({ type, bytes, hash, token, signal }: PostArgs): Promise<Posted> {
    this.auth ??= this.requests.query('mediaConn', {}).then(({ auth }) => auth);
    const url = new URL(mediaPath(type, hash), location.origin);
    url.searchParams.set('auth', await this.auth);
    url.searchParams.set('token', token);
    // Chromium takes a Blob five times as fast as the bytes in it.
    const body = new Blob([bytes as BlobPart]);
    const response = await fetch(url, { method: 'POST', body, ...(signal && { signal }) });
    if (response.status === 401) this.auth = undefined;
    if (!response.ok) throw new MediaServerError(response.status, 'mmsUpload');
    const answer = (await response.json()) as { url: string; direct_path: string; handle: string };
    return { url: answer.url, directPath: answer.direct_path, handle: answer.handle };
  }

  private cached(filehash: string): ArrayBuffer | undefined {
    const bytes = this.cache.get(filehash);
    if (bytes) this.keep(filehash, bytes);
    return bytes;
  }

  private keep(filehash: string, bytes: ArrayBuffer): void {
    this.cache.delete(filehash);
    this.cache.set(filehash, bytes);
    let size = [...this.cache.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    for (const [oldest, { byteLength }] of this.cache) {
      if (size <= cachedBytes || oldest === filehash) return;
      this.cache.delete(oldest);
      size -= byteLength;
    }
  }
}

interface UnencryptedArgs {
  file: ArrayBuffer;
  type: string;
  hash: string;
  token?: string;
  signal?: AbortSignal;
}

interface PostArgs {
  type: string;
  bytes: Uint8Array | ArrayBuffer;
  hash: string;
  token: string;
  signal?: AbortSignal | undefined;
}

interface Posted {
  url: string;
  directPath: string;
  handle: string;
}

type UploadResult = { kind: 'success'; mediaEntry: MediaEntry } | { kind: 'error' };

function addEntry(
  object: MediaObject,
  { url, ...entry }: Omit<MediaEntry, 'mmsUrl' | 'deprecatedMms3Url'> & { url: string },
) {
  const added: MediaEntry = { ...entry, mmsUrl: url, deprecatedMms3Url: url };
  object.entries.push(added);
  return added;
}
