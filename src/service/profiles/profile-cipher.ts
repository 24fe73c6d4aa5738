import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Says what the bytes are, and in which version of this form. */
const mark = Buffer.from('WWCP1');
const nonceBytes = 12;
const tagBytes = 16;

/** The bytes are no sealed profile, were changed, belong to another session, or were sealed with another key. */
export class SealBroken extends Error {
  override name = 'SealBroken';
}

/** Encrypts with AES-256-GCM. `session` is bound to it: the profile of one session is none of another. */
export function seal(key: Buffer, plain: Buffer, session: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(session));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([mark, nonce, sealed, cipher.getAuthTag()]);
}

/** @throws SealBroken */
export function unseal(key: Buffer, bytes: Buffer, session: string): Buffer {
  const body = mark.length + nonceBytes;
  if (bytes.length < body + tagBytes || !bytes.subarray(0, mark.length).equals(mark)) {
    throw new SealBroken('these bytes are no sealed profile');
  }
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(mark.length, body), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(session)).setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(body, -tagBytes)), decipher.final()]);
  } catch (error) {
    throw new SealBroken('the profile was changed, or sealed with another key or for another session', {
      cause: error,
    });
  }
}
