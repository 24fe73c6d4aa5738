import type { PairSuccess } from '../../contracts/replica-protocol.ts';
import { sameMac, sharedWireMac, toBase64, type WireKeyPair, wireMac } from '../server/wire-keys.ts';
import type { ReplicaAccount } from '../world/accounts.ts';

const accountSignaturePrefix = Uint8Array.of(6, 0);
const deviceSignaturePrefix = Uint8Array.of(6, 1);

/** Keys of the device to link, read from the QR code or received with a pairing code. */
export interface CompanionKeys {
  identityPub: Uint8Array;
  advSecret: Uint8Array;
}

/**
 * The device identity that a phone signs, with an HMAC under the ADV secret that the page shows. Instead of the real XEdDSA
 * signatures it carries HMACs under the X25519 secret of account key and identity key, which both ends can verify.
 */
export class DeviceIdentity {
  readonly success: PairSuccess;
  private readonly details: Uint8Array;
  private readonly accountKeys: WireKeyPair;
  private readonly companion: CompanionKeys;

  constructor(account: ReplicaAccount, accountKeys: WireKeyPair, deviceId: number, companion: CompanionKeys) {
    this.accountKeys = accountKeys;
    this.companion = companion;
    this.details = Buffer.from(JSON.stringify({ number: account.number, keyIndex: deviceId, timestamp: Date.now() }));
    const signature = sharedWireMac(
      accountKeys,
      companion.identityPub,
      accountSignaturePrefix,
      this.details,
      companion.identityPub,
    );
    this.success = {
      type: 'pair-success',
      details: toBase64(this.details),
      hmac: toBase64(wireMac(companion.advSecret, this.details)),
      accountKey: toBase64(accountKeys.publicKey),
      accountSignature: toBase64(signature),
      wid: `${account.number}@c.us`,
      lid: account.lid,
      deviceId,
      pushname: account.pushname,
      platform: account.platform,
    };
  }

  /** True when the proof can only come from the holder of the identity key. */
  isSignedBy(proof: string): boolean {
    const { accountKeys, companion, details } = this;
    return sameMac(sharedWireMac(accountKeys, companion.identityPub, deviceSignaturePrefix, details), proof);
  }
}
