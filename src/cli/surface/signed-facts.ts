import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type ExportedFacts, exportedFactsSchema, signedFactsSchema } from '../../contracts/capture.ts';
import { InputError } from '../../contracts/input-error.ts';
import { parseJson } from '../../contracts/parse-json.ts';

const algorithm = 'ed25519';

/** @throws InputError for a file that is no private Ed25519 key as PEM. */
export function readPrivateKey(file: string): KeyObject {
  return readKey(file, createPrivateKey);
}

/** @throws InputError for a file that is no public Ed25519 key as PEM. */
export function readPublicKey(file: string): KeyObject {
  return readKey(file, createPublicKey);
}

function readKey(file: string, read: (pem: string) => KeyObject): KeyObject {
  try {
    const key = read(readFileSync(file, 'utf8'));
    if (key.asymmetricKeyType === algorithm) return key;
    throw new Error(`it is a key for ${key.asymmetricKeyType}`);
  } catch (error) {
    throw new InputError(`${file}: it is no Ed25519 key as PEM (${(error as Error).message})`);
  }
}

/** The text of a signed file. */
export function signFacts(exported: ExportedFacts, key: KeyObject): string {
  const facts = JSON.stringify(exported);
  const file: z.infer<typeof signedFactsSchema> = {
    schemaVersion: 1,
    kind: 'signed-surface-facts',
    key: spkiOf(createPublicKey(key)),
    signature: sign(null, Buffer.from(facts), key).toString('base64'),
    facts,
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * The facts of a signed file.
 *
 * @param place for messages
 * @throws InputError for a text of another schema, a key that is not trusted, a signature that is not of this text, and facts without an
 *   archive that they name
 */
export function verifiedFacts(text: string, place: string, trusted: readonly KeyObject[]): ExportedFacts {
  const fail = (what: string): never => {
    throw new InputError(`${place}: ${what}`);
  };
  const signed = signedFactsSchema.safeParse(parseJson(text)).data ?? fail('it is no file of `surface export`');
  const key = trusted.find((each) => spkiOf(each) === signed.key);
  if (!key) {
    return fail(
      trusted.length === 0
        ? 'no key is trusted; put the public key of who made it into compat-matrix/builds/trusted-keys/NAME.pem, or name it with --key'
        : 'it is signed with a key that is not trusted',
    );
  }
  if (!verify(null, Buffer.from(signed.facts), key, Buffer.from(signed.signature, 'base64'))) {
    return fail('the signature is not of these facts: the file was changed');
  }
  const facts = exportedFactsSchema.safeParse(parseJson(signed.facts));
  if (!facts.success) {
    const [issue] = facts.error.issues;
    return fail(`its facts are of another schema: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { archives, shapes } = facts.data;
  const named = facts.data.facts.changes.flatMap(({ archive }) => archive ?? []);
  const lacking = named.find((name) => archives[name] === undefined || shapes[name] === undefined);
  return lacking === undefined ? facts.data : fail(`its facts name the archive ${lacking}, which it does not have`);
}

function spkiOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
