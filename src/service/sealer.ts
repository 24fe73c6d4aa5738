import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { SealBroken, seal, unseal } from './seal.ts';

const form = /^sealed:([0-9a-f]{16}):([A-Za-z0-9+/]+=*)$/;

/**
 * Seals texts in rows of the database: message texts, secrets of webhooks, credentials of proxies. A sealed text names its key, so that
 * keys can be rotated: the first key seals and signs, each of them opens and verifies.
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #signingKeys: readonly Buffer[];
  /** The id of the key that seals. */
  readonly keyId: string;
  #isOn = false;

  /** @param keys at least one, of 32 bytes each. */
  constructor(keys: readonly Buffer[]) {
    this.#keys = new Map(keys.map((key) => [idOf(key), derived(key, 'texts')]));
    this.#signingKeys = keys.map((key) => derived(key, 'requests'));
    this.keyId = [...this.#keys.keys()][0] as string;
  }

  /** False while an older instance, which does not know sealed texts, works on the same database: then `seal` changes nothing. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Seals from now on. */
  begin(): void {
    this.#isOn = true;
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** Proves to another instance with the same keys that a text comes from this service. */
  sign(text: string): string {
    return signature(this.#signingKeys[0] as Buffer, text).toString('base64url');
  }

  /** True when an instance with one of these keys signed the text. */
  isSigned(text: string, signed: string): boolean {
    const given = Buffer.from(signed, 'base64url');
    return this.#signingKeys.some((key) => {
      const expected = signature(key, text);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }

  /** @param owner what the text belongs to, such as the id of its row; it can be opened only for the same one. */
  seal(text: string, owner: string): string {
    if (!this.#isOn) return text;
    const sealed = seal(this.#keys.get(this.keyId) as Buffer, Buffer.from(text), owner);
    return `sealed:${this.keyId}:${sealed.toString('base64')}`;
  }

  /** The text of what was sealed; a text that never was is returned unchanged. @throws SealBroken */
  open(text: string, owner: string): string {
    const [, id = '', sealed] = form.exec(text) ?? [];
    if (sealed === undefined) return text;
    const key = this.#keys.get(id);
    if (!key) throw new SealBroken(`the text was sealed with the key ${id}, which this instance does not have`);
    return unseal(key, Buffer.from(sealed, 'base64'), owner).toString();
  }

  /** Seals a text with the first key, whichever sealed it. Null for a text that none of the keys opens. */
  sealAnew(text: string, owner: string): string | null {
    try {
      return this.seal(this.open(text, owner), owner);
    } catch (error) {
      if (error instanceof SealBroken) return null;
      throw error;
    }
  }
}

function signature(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Names a key without telling anything of it. */
function idOf(key: Buffer): string {
  return derived(key, 'id').toString('hex').slice(0, 16);
}

/** HKDF, RFC 5869. */
function derived(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `wwebjs-canary ${purpose}`, 32));
}
