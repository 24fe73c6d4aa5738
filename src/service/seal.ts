import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Identifies the format and its version. Every saved profile begins with it. */
const mark = Buffer.from('WWCP1');
const nonceBytes = 12;
const tagBytes = 16;

/** The bytes are not sealed, were changed, belong to another owner, or were sealed with another key. */
export class SealBroken extends Error {
  override name = 'SealBroken';
}

/**
 * Encrypts with AES-256-GCM.
 *
 * @param key 32 bytes.
 * @param owner the session or caller that the bytes belong to; they can be unsealed only for the same owner.
 */
export function seal(key: Buffer, plain: Buffer, owner: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([mark, nonce, sealed, cipher.getAuthTag()]);
}

/** @throws SealBroken */
export function unseal(key: Buffer, bytes: Buffer, owner: string): Buffer {
  const body = mark.length + nonceBytes;
  if (bytes.length < body + tagBytes || !bytes.subarray(0, mark.length).equals(mark)) {
    throw new SealBroken('these bytes are not sealed');
  }
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(mark.length, body), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(body, -tagBytes)), decipher.final()]);
  } catch (error) {
    throw new SealBroken('the sealed bytes were changed, or sealed with another key or for another owner', {
      cause: error,
    });
  }
}
