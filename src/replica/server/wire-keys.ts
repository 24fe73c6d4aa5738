import { createHmac, timingSafeEqual } from 'node:crypto';
import { x25519 } from '@noble/curves/ed25519.js';

export interface WireKeyPair {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

export function newKeyPair(): WireKeyPair {
  return x25519.keygen();
}

export function keyPairOf(secretKey: Uint8Array): WireKeyPair {
  return { publicKey: x25519.getPublicKey(secretKey), secretKey };
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Bytes of base64 text that stands for exactly `length` bytes, else null. */
export function bytesOfBase64(text: string, length: number): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && toBase64(bytes) === text ? bytes : null;
}

export function wireMac(key: Uint8Array, ...data: Uint8Array[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of data) hmac.update(part);
  return hmac.digest();
}

/** HMAC-SHA256 with the X25519 secret that the two keys share. */
export function sharedWireMac(own: WireKeyPair, other: Uint8Array, ...data: Uint8Array[]): Buffer {
  return wireMac(x25519.getSharedSecret(own.secretKey, other), ...data);
}

export function sameMac(expected: Uint8Array, base64: string): boolean {
  const given = Buffer.from(base64, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
