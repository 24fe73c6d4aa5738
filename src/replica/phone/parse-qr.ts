import { Refusal } from '../../contracts/refusal.ts';
import { bytesOfBase64 } from '../server/wire-keys.ts';

export interface QrFields {
  ref: string;
  noisePub: Uint8Array;
  identityPub: Uint8Array;
  advSecret: Uint8Array;
}

/** Platforms of a companion, from 1 (Chrome) to 9. */
const platformPattern = /^[1-9]$/;

/**
 * Reads the five fields of a QR code.
 *
 * @throws Refusal `qr-malformed`, with the field that is wrong.
 */
export function parseQr(text: string): QrFields {
  const fields = text.split(',');
  const refuse = (why: string) => new Refusal('qr-malformed', `This is no QR code of WhatsApp Web: ${why}.`);
  if (fields.length !== 5) throw refuse(`it has ${fields.length} fields instead of 5`);
  const [ref, noise, identity, secret, platform] = fields as [string, string, string, string, string];
  const key = (name: string, value: string): Uint8Array => {
    const bytes = bytesOfBase64(value, 32);
    if (!bytes) throw refuse(`${name} is not base64 of 32 bytes`);
    return bytes;
  };
  if (ref === '' || ref === 'undefined' || ref === 'null') throw refuse('it has no ref (field 1)');
  const parsed = {
    ref,
    noisePub: key('the noise key (field 2)', noise),
    identityPub: key('the identity key (field 3)', identity),
    advSecret: key('the ADV secret (field 4)', secret),
  };
  if (!platformPattern.test(platform)) throw refuse(`"${platform}" is no platform (field 5)`);
  return parsed;
}
