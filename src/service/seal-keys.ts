import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';

const example = 'for instance from `openssl rand -hex 32`';

/**
 * The keys that texts in the database are sealed with: those of `WWEBJS_CANARY_SEAL_KEY`, separated by commas, else the key of profiles,
 * else the key in `file`, which is made where there is none when they are asked for. The first one seals, each of them opens.
 *
 * @throws InputError at once for a configured key that is wrong, and when they are asked for, for a wrong file.
 */
export function sealKeys(env: NodeJS.ProcessEnv, file: string): () => Buffer[] {
  const configured = configuredKeys(env);
  return () => configured ?? [keyOfFile(file)];
}

/**
 * The keys that profiles are sealed with. All machines share the store, so they have to be configured.
 *
 * @throws InputError
 */
export function profileKeys(env: NodeJS.ProcessEnv): Buffer[] {
  const { WWEBJS_CANARY_PROFILE_KEY: own } = env;
  // Instances of a version without `WWEBJS_CANARY_SEAL_KEY` read profiles with this key only.
  const keys = [...(own ? [parsed('WWEBJS_CANARY_PROFILE_KEY', own)] : []), ...(configuredKeys(env) ?? [])];
  if (keys.length > 0) return keys;
  throw new InputError(
    `--profiles: set WWEBJS_CANARY_SEAL_KEY to 64 hexadecimal digits, the same for all instances, ${example}`,
  );
}

function configuredKeys(env: NodeJS.ProcessEnv): Buffer[] | null {
  const { WWEBJS_CANARY_SEAL_KEY: several, WWEBJS_CANARY_PROFILE_KEY: ofProfiles } = env;
  if (several) return several.split(',').map((text) => parsed('WWEBJS_CANARY_SEAL_KEY', text.trim()));
  return ofProfiles ? [parsed('WWEBJS_CANARY_PROFILE_KEY', ofProfiles)] : null;
}

function parsed(where: string, text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  throw new InputError(`${where}: a key has to be 64 hexadecimal digits, ${example}`);
}

/** Instances of one machine share the file, also when they start together. */
function keyOfFile(file: string): Buffer {
  const read = () => parsed(file, readFileSync(file, 'utf8').trim());
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  makeFolder(dirname(file));
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return read();
}
