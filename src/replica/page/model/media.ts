import { isMediaKind } from '../../../contracts/replica-media.ts';
import { decodeB64 } from '../keys/bytes.ts';
import { type Attributes, BaseModel, defineAttributes } from './base-model.ts';

/**
 * Bytes that code passes around without reading them. It counts its users: without any it is released after a second, and then
 * reading it fails.
 */
export class OpaqueData {
  private retained = 1;
  private address: string | undefined;
  released = false;
  blob: Blob | undefined;

  private constructor(blob: Blob) {
    this.blob = blob;
  }

  static createFromData(data: Blob | BlobPart, type: string): Promise<OpaqueData> {
    return Promise.resolve(
      new OpaqueData(data instanceof Blob && data.type === type ? data : new Blob([data], { type })),
    );
  }

  static createFromBase64Jpeg(base64: string): Promise<OpaqueData> {
    return OpaqueData.createFromData(decodeB64(base64) as Uint8Array<ArrayBuffer>, 'image/jpeg');
  }

  retain(): void {
    if (this.released) throw new Error('OpaqueData:retain called on released OpaqueData');
    this.retained += 1;
  }

  autorelease(): void {
    if (this.retained === 0) return;
    this.retained -= 1;
    if (this.retained === 0) setTimeout(() => this.release(), 1_000);
  }

  autoreleaseWhenPromiseCompletes(promise: Promise<unknown>): void {
    const release = () => this.autorelease();
    promise.then(release, release);
  }

  throwIfReleased(what: string): void {
    if (this.released) throw new Error(`${what} called on released OpaqueData`);
  }

  url(): string {
    this.address ??= URL.createObjectURL(this.forceToBlob());
    return this.address;
  }

  type(): string {
    this.throwIfReleased('OpaqueData:type');
    return this.blob?.type || 'undefined';
  }

  size(): number {
    this.throwIfReleased('OpaqueData:size');
    return this.blob?.size ?? 0;
  }

  formData(): Blob {
    return this.forceToBlob();
  }

  forceToBlob(): Blob {
    this.throwIfReleased('OpaqueData:forceToBlob');
    return this.blob as Blob;
  }

  getBlob(): Blob | undefined {
    return this.blob;
  }

  /** The bytes are never kept as text. */
  getBase64(): undefined {
    return undefined;
  }

  validate(): Promise<boolean> {
    return Promise.resolve(!this.released);
  }

  isBlobEqual(other: OpaqueData | undefined): boolean {
    return other ? this.blob === other.blob : !this.blob;
  }

  private release(): void {
    if (this.retained > 0) return;
    this.released = true;
    this.blob = undefined;
    if (this.address !== undefined) URL.revokeObjectURL(this.address);
  }
}

/** What a message shows of its file. A subset of the real attributes. */
export class MediaData extends BaseModel {
  declare type: string;
  declare mediaStage: string;
  declare mediaBlob: OpaqueData | undefined;
  declare renderableUrl: string | undefined;
  declare filehash: string | undefined;
  declare mimetype: string | undefined;
  declare size: number | undefined;
  declare isGif: boolean | undefined;

  /** True on builds that show their field of the id to a spread. */
  static showsPrivateId = false;

  constructor(values: Attributes = {}) {
    super({ type: 'unknown', mediaStage: 'INIT', ...values });
    if (MediaData.showsPrivateId) Object.defineProperty(this, '__x_id', { value: undefined, enumerable: true });
  }

  /** As on the real page, a name that is no attribute becomes an own field, which a spread copies. */
  override set(values: Attributes | string, options?: unknown): this {
    if (typeof values === 'string') return this.set({ [values]: options });
    const declared: Attributes = {};
    for (const [name, value] of Object.entries(values)) {
      if (name in this && !Object.hasOwn(this, name)) declared[name] = value;
      else Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    }
    return super.set(declared, options as { silent?: boolean } | undefined);
  }
}
defineAttributes(MediaData, {
  props: [
    'id',
    'type',
    'directPath',
    'mediaKey',
    'mediaKeyTimestamp',
    'encFilehash',
    'mediaStage',
    'size',
    'loadedSize',
    'filehash',
    'mimetype',
    'mediaBlob',
    'renderableUrl',
    'fullHeight',
    'fullWidth',
    'aspectRatio',
    'isAnimated',
    'firstFrameLength',
    'firstFrameSidecar',
    'isViewOnce',
    'preview',
    'sidecar',
    'duration',
    'isGif',
    'gifAttribution',
    'filename',
    'pageCount',
    'isVcardOverMmsDocument',
    'waveform',
  ],
  session: [],
});

/** Where a file is on the server. */
export interface MediaEntry {
  type: string;
  directPath: string;
  deprecatedMms3Url: string;
  mmsUrl: string;
  mediaKey?: string;
  mediaKeyTimestamp?: number;
  encFilehash?: string;
  uploadHash?: string;
  filehash?: string;
  sidecar?: ArrayBuffer | undefined;
  handle?: string;
}

/** Messages with a file, as far as this needs them. */
interface MediaMessage extends BaseModel {
  mediaData: MediaData | undefined;
  mediaObject: MediaObject | undefined;
}

/** The shape of a file: `VIDEO` for what has the type video, and `AUDIO` for a voice message too. */
const shapes: Readonly<Record<string, string>> = {
  image: 'IMAGE',
  video: 'VIDEO',
  audio: 'AUDIO',
  ptt: 'AUDIO',
  sticker: 'STICKER',
};
/** What the messages of a file share, by shape. */
const contentFields = [
  'fullWidth',
  'fullHeight',
  'preview',
  'duration',
  'waveform',
  'pageCount',
  'isAnimated',
] as const;

/** One file in this page, whatever messages carry it. */
export class MediaObject {
  type: string | undefined;
  size: number | undefined;
  loadedSize: number | undefined;
  filehash: string | undefined;
  mediaBlob: OpaqueData | null = null;
  downloadStage = 'INIT';
  uploadStage = 'INIT';
  readonly contentInfo: Attributes = {};
  readonly entries: MediaEntry[] = [];
  readonly msgs: MediaMessage[] = [];

  /** Takes over what is known of the file by now, and tells its messages. @returns whether anything was new. */
  consolidate(known: Attributes): boolean {
    const { mediaBlob, size, loadedSize, filehash, downloadStage, uploadStage, type } = known;
    this.type ??= shapes[String(type)];
    if (typeof downloadStage === 'string') this.downloadStage = downloadStage;
    if (typeof uploadStage === 'string') this.uploadStage = uploadStage;
    if (typeof loadedSize === 'number') this.loadedSize = loadedSize;
    if (typeof filehash === 'string') this.filehash ??= filehash;
    if (mediaBlob instanceof OpaqueData && !mediaBlob.isBlobEqual(this.mediaBlob ?? undefined)) {
      mediaBlob.retain();
      this.mediaBlob?.autorelease();
      this.mediaBlob = mediaBlob;
      this.size = mediaBlob.size();
    }
    if (typeof size === 'number' && size > 0) this.size = Math.min(size, this.size ?? size);
    for (const field of contentFields) {
      if (known[field] !== undefined && known[field] !== null) this.contentInfo[field] ??= known[field];
    }
    this.notifyMsgsAsync();
    return true;
  }

  resolveWhenConsolidated(): Promise<void> {
    return Promise.resolve();
  }

  notifyMsgsAsync(): void {
    for (const msg of this.msgs)
      msg.mediaData?.set({ mediaStage: this.stage(), mediaBlob: this.mediaBlob ?? undefined });
  }

  addMsg(msg: MediaMessage): void {
    this.msgs.push(msg);
    this.notifyMsgsAsync();
  }

  removeMsg(msg: MediaMessage): void {
    const at = this.msgs.indexOf(msg);
    if (at >= 0) this.msgs.splice(at, 1);
  }

  associatedMsgs(): MediaMessage[] {
    return [...this.msgs];
  }

  hasAssociatedMsgsOrStickers(): boolean {
    return this.msgs.length > 0;
  }

  clearBlob(): void {
    this.mediaBlob?.autorelease();
    this.mediaBlob = null;
  }

  delete(): void {
    this.clearBlob();
  }

  toJSON(): Attributes {
    const { mediaBlob, size, filehash, type, contentInfo, downloadStage, uploadStage } = this;
    return { mediaBlob, size, filehash, type, contentInfo, downloadStage, uploadStage };
  }

  /** An upload matters until it is done; a file that is in the page is resolved. */
  private stage(): string {
    if (this.uploadStage !== 'INIT' && this.uploadStage !== 'UPLOADED') return this.uploadStage;
    return this.mediaBlob ? 'RESOLVED' : this.downloadStage;
  }
}

const objects = new Map<string, MediaObject>();

/** The file with this hash. */
export function getOrCreateMediaObject(filehash: string): MediaObject {
  const known = objects.get(filehash);
  if (known) return known;
  const made = new MediaObject();
  made.filehash = filehash;
  objects.set(filehash, made);
  return made;
}

/** Forgets the message, and the file with its last message. */
export function disassociateMediaFromMsg(object: MediaObject, msg: MediaMessage): void {
  msg.mediaObject = undefined;
  object.removeMsg(msg);
  if (object.hasAssociatedMsgsOrStickers()) return;
  objects.delete(object.filehash ?? '');
  object.delete();
}

/** Gives a message with a file what shows it. */
export function attachMedia(msg: MediaMessage): void {
  if (!isMediaKind(msg.get('type')) || msg.mediaData) return;
  const field = (name: string) => msg.get(name);
  // A document without words is shown by its name.
  if (field('type') === 'document' && !field('caption')) msg.set({ caption: field('filename') }, { silent: true });
  const data = new MediaData({
    type: field('type'),
    mimetype: field('mimetype'),
    filename: field('filename'),
    isGif: field('isGif'),
    isViewOnce: field('isViewOnce'),
    preview: field('body'),
    size: field('size'),
    fullWidth: field('width'),
    fullHeight: field('height'),
    duration: field('duration'),
    waveform: field('waveform'),
    ...pathOf(msg),
  });
  msg.set({ mediaData: data }, { silent: true });
  const filehash = field('filehash');
  if (typeof filehash !== 'string') return;
  const object = getOrCreateMediaObject(filehash);
  msg.set({ mediaObject: object }, { silent: true });
  object.consolidate(data.serialize());
  object.addMsg(msg);
}

function pathOf(msg: MediaMessage): Attributes {
  const names = ['directPath', 'mediaKey', 'mediaKeyTimestamp', 'encFilehash', 'filehash'];
  return Object.fromEntries(names.map((name) => [name, msg.get(name)]));
}
