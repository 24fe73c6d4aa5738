import { encodeB64 } from './bytes.ts';
import { idbGet, idbPut, idbWipe } from './idb.ts';
import { generateKeyPair, type KeyPair, restoreKeyPair, type StoredKeyPair, storeKeyPair } from './key-pair.ts';

/** Keys of localStorage without which a real page treats itself as unlinked. */
const noiseInfoKey = 'WANoiseInfo';
const lastWidKey = 'last-wid-md';
const displayNameKey = 'me-display-name';
const lidKey = 'WALid';

export interface LinkedAs {
  wid: string;
  lid: string;
  deviceId: number;
  pushname: string;
}

/**
 * What a browser profile stores of a linked device: two keys of localStorage that mark it as linked, and the signal identity and
 * the ADV secret in IndexedDB. Real pages encrypt the noise key; the replica stores it in plain.
 */
export class DeviceProfile {
  private keyPairs: Promise<{ noise: KeyPair; identity: KeyPair }> | undefined;
  private secret = '';

  isRegistered(): boolean {
    return localStorage.getItem(noiseInfoKey) !== null && localStorage.getItem(lastWidKey) !== null;
  }

  linkedAs(): LinkedAs {
    const match = /^"(\d+):(\d+)@c\.us"$/.exec(localStorage.getItem(lastWidKey) ?? '');
    return {
      wid: `${match?.[1]}@c.us`,
      deviceId: Number(match?.[2]),
      lid: JSON.parse(localStorage.getItem(lidKey) ?? '""'),
      pushname: JSON.parse(localStorage.getItem(displayNameKey) ?? '""'),
    };
  }

  /** The noise and identity key pairs of this profile, created on first use. */
  keys(): Promise<{ noise: KeyPair; identity: KeyPair }> {
    this.keyPairs ??= this.loadKeys();
    return this.keyPairs;
  }

  /** The current ADV secret, base64: the fourth field of the QR. */
  get advSecret(): string {
    return this.secret;
  }

  newAdvSecret(): void {
    this.secret = encodeB64(crypto.getRandomValues(new Uint8Array(32)));
    void idbPut('wawc', 'user', [['WAAdvSecretKey', this.secret]]);
  }

  async saveLink(linked: LinkedAs): Promise<void> {
    const { noise } = await this.keys();
    localStorage.setItem(noiseInfoKey, JSON.stringify(storeKeyPair(noise)));
    localStorage.setItem(lastWidKey, JSON.stringify(linked.wid.replace('@', `:${linked.deviceId}@`)));
    localStorage.setItem(lidKey, JSON.stringify(linked.lid));
    localStorage.setItem(displayNameKey, JSON.stringify(linked.pushname));
  }

  savePushname(pushname: string): void {
    localStorage.setItem(displayNameKey, JSON.stringify(pushname));
  }

  /** Does the part of a logout that is immediate. */
  forgetCredentials(): void {
    localStorage.removeItem(noiseInfoKey);
    localStorage.removeItem('WebEncKeySalt');
  }

  async wipe(): Promise<void> {
    localStorage.clear();
    await idbWipe();
  }

  private async loadKeys(): Promise<{ noise: KeyPair; identity: KeyPair }> {
    const storedNoise = localStorage.getItem(noiseInfoKey);
    const noise = storedNoise ? restoreKeyPair(JSON.parse(storedNoise) as StoredKeyPair) : generateKeyPair();
    const storedIdentity = (await idbGet('signal-storage', 'signal-meta-store', 'signal_static_pubkey')) as
      | StoredKeyPair
      | undefined;
    if (storedIdentity) return { noise, identity: restoreKeyPair(storedIdentity) };
    const identity = generateKeyPair();
    await idbPut('signal-storage', 'signal-meta-store', [['signal_static_pubkey', storeKeyPair(identity)]]);
    return { noise, identity };
  }
}
