import { x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeB64, encodeB64 } from './bytes.ts';

// Chromium has X25519 in WebCrypto only from 133 on; the browsers of the matrix begin at 107.

export interface KeyPair {
  pubKey: Uint8Array;
  privKey: Uint8Array;
}

/** A key pair as it is stored, in base64. */
export interface StoredKeyPair {
  pubKey: string;
  privKey: string;
}

export function generateKeyPair(): KeyPair {
  const { secretKey, publicKey } = x25519.keygen();
  return { pubKey: publicKey, privKey: secretKey };
}

/** HMAC-SHA256 over `data` with the X25519 secret that the two keys share. */
export function sharedMac(own: KeyPair, other: Uint8Array, data: Uint8Array): Uint8Array {
  return mac(x25519.getSharedSecret(own.privKey, other), data);
}

export function mac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return hmac(sha256, key, data);
}

export function storeKeyPair(pair: KeyPair): StoredKeyPair {
  return { pubKey: encodeB64(pair.pubKey), privKey: encodeB64(pair.privKey) };
}

export function restoreKeyPair(stored: StoredKeyPair): KeyPair {
  return { pubKey: decodeB64(stored.pubKey), privKey: decodeB64(stored.privKey) };
}
