import { type MediaKind, uploadLimit } from '../../../contracts/replica-media.ts';
import { concatBytes } from '../keys/bytes.ts';
import type { Attributes } from '../model/base-model.ts';
import { MediaData, OpaqueData } from '../model/media.ts';
import { cleanJpeg } from './clean-jpeg.ts';
import { filehashOf } from './media-crypto.ts';

/** Pixels of the longer edge of an image, unless the caller wants more, and of the thumbnail that a message carries. */
const imageEdge = 1_600;
const thumbnailEdge = 100;
/** Pixels of a sticker. */
const stickerEdge = 512;
/** Bytes of a document, on the real page. */
const documentLimit = 2_000 * 1024 * 1024;

/** What code in the page wants the file to be. */
export interface PrepOptions {
  isPtt?: boolean | undefined;
  asDocument?: boolean | undefined;
  asGif?: boolean | undefined;
  asSticker?: boolean | undefined;
  maxDimension?: number | undefined;
  filename?: string | undefined;
}

/** Errors of the real page by their names. */
export class MediaFileError extends Error {
  constructor(name: string, message = '') {
    super(message);
    this.name = name;
  }
}

/** A file on its way to being sent. */
export class MediaPrep {
  readonly mediaData = new MediaData({ mediaStage: 'PREPARING' });
  readonly baseType: string;
  private readonly ready: Promise<void>;

  constructor(given: OpaqueData | Promise<OpaqueData>, options: PrepOptions) {
    const { isPtt, asDocument, asGif, asSticker } = options;
    this.baseType = isPtt ? 'ptt' : asDocument ? 'document' : asGif ? 'video' : asSticker ? 'sticker' : 'unknown';
    this.ready = this.prepare(Promise.resolve(given), options);
    // `waitForPrep` throws it.
    this.ready.catch(() => {});
  }

  async waitForPrep(): Promise<MediaData> {
    await this.ready;
    return this.mediaData;
  }

  private async prepare(given: Promise<OpaqueData>, options: PrepOptions): Promise<void> {
    try {
      const prepared = await processRaw(await given, options);
      this.mediaData.set(prepared);
      this.mediaData.filehash ??= await filehashOf(await blobOf(prepared.mediaBlob).arrayBuffer());
    } catch (error) {
      this.mediaData.mediaStage = 'ERROR_UNSUPPORTED';
      throw error;
    }
  }
}

const blobOf = (data: Blob | OpaqueData) => (data instanceof OpaqueData ? data.forceToBlob() : data);

type Prepared = Attributes & { type: MediaKind; mediaBlob: Blob | OpaqueData };

/** What is sent of a file, and what its message says about it. */
function processRaw(data: OpaqueData, options: PrepOptions): Promise<Prepared> {
  const blob = data.forceToBlob();
  const kind = options.asDocument ? 'document' : options.asSticker ? 'sticker' : kindOf(data.type());
  const limit = kind === 'document' ? documentLimit : uploadLimit;
  if (blob.size > limit) {
    throw new MediaFileError('MediaFileTooLarge', `File (${kind}) size = ${blob.size} exceeds limit of ${limit}`);
  }
  if (blob.size === 0) throw new MediaFileError('MediaFileEmpty');
  switch (kind) {
    case 'image':
      return image(blob, options.maxDimension ?? imageEdge);
    case 'sticker':
      return sticker(blob);
    case 'video':
      return video(blob, options.asGif === true);
    case 'audio':
      return audio(blob, options.isPtt ? 'ptt' : 'audio');
    default:
      return rawDocument(blob, options);
  }
}

function kindOf(mimetype: string): MediaKind {
  const [kind] = mimetype.split('/');
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
}

/** A JPEG that is small enough loses its metadata only; all else becomes a JPEG that is. */
async function image(blob: Blob, edge: number): Promise<Prepared> {
  const loaded = await loadImage(blob);
  const { naturalWidth, naturalHeight } = loaded;
  const size = fit(naturalWidth, naturalHeight, edge);
  const isSmall = size.width === naturalWidth && size.height === naturalHeight;
  const clean = isSmall ? cleanJpeg(new Uint8Array(await blob.arrayBuffer())) : null;
  const bytes = clean && (concatBytes(...clean) as Uint8Array<ArrayBuffer>);
  const mediaBlob = bytes ? new Blob([bytes], { type: 'image/jpeg' }) : await toBlob(draw(loaded, size), 'image/jpeg');
  // Made beside the thumbnail.
  const filehash = bytes ? filehashOf(bytes) : undefined;
  const preview = thumbnailOf(loaded, size);
  return {
    type: 'image',
    mediaBlob,
    mimetype: 'image/jpeg',
    fullWidth: size.width,
    fullHeight: size.height,
    preview,
    ...(filehash && { filehash: await filehash }),
  };
}

async function sticker(blob: Blob): Promise<Prepared> {
  const loaded = await loadImage(blob);
  const mediaBlob = await toWebpSticker(blob);
  return {
    type: 'sticker',
    mediaBlob: await OpaqueData.createFromData(mediaBlob, mediaBlob.type),
    mimetype: mediaBlob.type,
    fullWidth: loaded.naturalWidth,
    fullHeight: loaded.naturalHeight,
  };
}

/** The picture on a transparent square. */
export async function toWebpSticker(blob: Blob): Promise<Blob> {
  const loaded = await loadImage(blob);
  const { naturalWidth, naturalHeight } = loaded;
  const scale = stickerEdge / Math.max(naturalWidth, naturalHeight);
  const [width, height] = [naturalWidth * scale, naturalHeight * scale];
  const canvas = newCanvas(stickerEdge, stickerEdge);
  contextOf(canvas).drawImage(loaded, (stickerEdge - width) / 2, (stickerEdge - height) / 2, width, height);
  return toBlob(canvas, 'image/webp');
}

/** Real pages repair and convert a video first; this one takes what the browser plays. */
async function video(blob: Blob, isGif: boolean): Promise<Prepared> {
  const element = document.createElement('video');
  element.muted = true;
  element.preload = 'auto';
  const done = await loadPlayer(element, blob).catch(() => {
    throw new MediaFileError('InvalidMediaCheckRepairFailedType');
  });
  try {
    const { videoWidth, videoHeight } = element;
    const size = fit(videoWidth, videoHeight, imageEdge);
    return {
      type: 'video',
      mediaBlob: blob,
      mimetype: blob.type,
      size: blob.size,
      isGif,
      gifAttribution: isGif ? 0 : undefined,
      fullWidth: videoWidth,
      fullHeight: videoHeight,
      preview: thumbnailOf(element, size),
      duration: secondsOf(element),
    };
  } finally {
    done();
  }
}

async function audio(blob: Blob, type: 'audio' | 'ptt'): Promise<Prepared> {
  const element = document.createElement('audio');
  const done = await loadPlayer(element, blob).catch(() => {
    throw new Error('getAudioDuration: error loading audio');
  });
  const duration = secondsOf(element);
  done();
  return { type, mediaBlob: blob, mimetype: blob.type, duration };
}

async function rawDocument(blob: Blob, { filename: given }: PrepOptions): Promise<Prepared> {
  if (blob.type === 'image/svg+xml')
    throw new MediaFileError('InvalidMediaFileType', `disallowed mimetype ${blob.type}`);
  const filename = (blob as Partial<File>).name || given;
  const mimetype = blob.type || 'application/octet-stream';
  return {
    type: 'document',
    mediaBlob: await OpaqueData.createFromData(blob, mimetype),
    mimetype,
    // A name with a path in it would be one on the receiver's disk.
    filename: filename?.replaceAll(/[/\\]/g, '_'),
    pageCount: undefined,
  };
}

export function loadImage(blob: Blob): Promise<HTMLImageElement> {
  const element = new Image();
  const address = URL.createObjectURL(blob);
  return new Promise<HTMLImageElement>((resolve, reject) => {
    element.onload = () => resolve(element);
    element.onerror = () => reject(new MediaFileError('ImageError', 'Image failed to load.'));
    element.src = address;
  }).finally(() => URL.revokeObjectURL(address));
}

/** Resolves when the first frame is there. @returns ends the use of the element. */
function loadPlayer(element: HTMLMediaElement, blob: Blob): Promise<() => void> {
  const address = URL.createObjectURL(blob);
  const done = () => {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(address);
  };
  return new Promise((resolve, reject) => {
    element.onloadeddata = () => resolve(done);
    element.onerror = () => {
      done();
      reject(element.error);
    };
    element.src = address;
  });
}

/** Whole seconds, as text. */
function secondsOf({ seekable }: HTMLMediaElement): string {
  return String(seekable.length > 0 ? Math.trunc(seekable.end(0)) : 0);
}

interface Size {
  width: number;
  height: number;
}

function fit(width: number, height: number, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function newCanvas(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement('canvas'), { width, height });
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext('2d') as CanvasRenderingContext2D;
}

function draw(source: CanvasImageSource, { width, height }: Size): HTMLCanvasElement {
  const canvas = newCanvas(width, height);
  const context = contextOf(canvas);
  // A JPEG has no transparency.
  context.fillStyle = '#f0f0f0';
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new MediaFileError('MediaFileFailedLoad'))), type);
  });
}

/** Base64 of a small JPEG. */
function thumbnailOf(source: CanvasImageSource, { width, height }: Size): string {
  const url = draw(source, fit(width, height, thumbnailEdge)).toDataURL('image/jpeg');
  return url.slice(url.indexOf(',') + 1);
}
