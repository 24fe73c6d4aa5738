import {
  isStreamed,
  type MediaType,
  mediaKeyInfo,
  mediaMacLength,
  sidecarPart,
} from '../../../contracts/replica-media.ts';
import { concatBytes, encodeB64, sameBytes } from '../keys/bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

interface MediaKeys {
  iv: Bytes;
  cipherKey: CryptoKey;
  macKey: CryptoKey;
}

/** What lies on the server, and what it is called. */
export interface EncryptedMedia {
  bytes: Bytes;
  encFilehash: string;
  sidecar?: ArrayBuffer;
}

async function keysOf(type: MediaType, mediaKey: Uint8Array): Promise<MediaKeys> {
  const { subtle } = crypto;
  const info = new TextEncoder().encode(mediaKeyInfo[type]);
  const base = await subtle.importKey('raw', mediaKey as Bytes, 'HKDF', false, ['deriveBits']);
  const derived = await subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    base,
    112 * 8,
  );
  const [cipherKey, macKey] = await Promise.all([
    subtle.importKey('raw', derived.slice(16, 48), 'AES-CBC', false, ['encrypt', 'decrypt']),
    subtle.importKey('raw', derived.slice(48, 80), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
  ]);
  return { iv: new Uint8Array(derived.slice(0, 16)), cipherKey, macKey };
}

async function macOf(key: CryptoKey, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes), 0, mediaMacLength);
}

/** SHA-256 in base64, as messages name files. */
export async function filehashOf(bytes: Bytes | ArrayBuffer): Promise<string> {
  return encodeB64(await crypto.subtle.digest('SHA-256', bytes));
}

export async function encryptMedia(type: MediaType, file: ArrayBuffer, mediaKey: Uint8Array): Promise<EncryptedMedia> {
  const { iv, cipherKey, macKey } = await keysOf(type, mediaKey);
  const encrypted = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, cipherKey, file));
  // One copy of the file: the MAC covers the IV before it.
  const whole = concatBytes(iv, encrypted, new Uint8Array(mediaMacLength)) as Bytes;
  whole.set(await macOf(macKey, whole.subarray(0, -mediaMacLength)), whole.length - mediaMacLength);
  const bytes = whole.subarray(iv.length);
  const sidecar = isStreamed(type) ? await sidecarOf(macKey, whole) : undefined;
  return { bytes, encFilehash: await filehashOf(bytes), ...(sidecar && { sidecar }) };
}

async function sidecarOf(macKey: CryptoKey, bytes: Bytes): Promise<ArrayBuffer> {
  const macs: Bytes[] = [];
  for (let at = 0; at < bytes.length - 16; at += sidecarPart) {
    macs.push(await macOf(macKey, bytes.subarray(at, at + sidecarPart + 16)));
  }
  return concatBytes(...macs).buffer as ArrayBuffer;
}

/** @throws Error when the key is not the one of these bytes, or they were changed. */
export async function decryptMedia(type: MediaType, bytes: Bytes, mediaKey: Uint8Array): Promise<ArrayBuffer> {
  const { iv, cipherKey, macKey } = await keysOf(type, mediaKey);
  const encrypted = bytes.subarray(0, -mediaMacLength);
  const mac = await macOf(macKey, concatBytes(iv, encrypted) as Bytes);
  if (!sameBytes(mac, bytes.subarray(-mediaMacLength))) throw new Error('hmac mismatch');
  return crypto.subtle.decrypt({ name: 'AES-CBC', iv }, cipherKey, encrypted);
}
