import type { PairSuccess, ServerFrame } from '../../../contracts/replica-protocol.ts';
import { concatBytes, decodeB64, encodeB64, sameBytes } from '../keys/bytes.ts';
import { mac, sharedMac } from '../keys/key-pair.ts';
import type { Page } from '../shared/page.ts';

type PairDevice = Extract<ServerFrame, { type: 'pair-device' }>;
const accountSignaturePrefix = Uint8Array.of(6, 0);
const deviceSignaturePrefix = Uint8Array.of(6, 1);

/** The page without a linked device: it rotates refs and verifies the identity that the phone signed. */
export class Linking {
  private readonly page: Page;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page) {
    this.page = page;
  }

  /** Creates an ADV secret for each set of refs; the first ref is set before the state becomes UNPAIRED. */
  start({ refs, firstMs, nextMs }: PairDevice): void {
    this.stop();
    this.renewAdvSecret();
    const show = (index: number): void => {
      const ref = refs[index];
      if (ref === undefined) {
        this.page.socket.state = 'UNPAIRED_IDLE';
        return;
      }
      const ms = index === 0 ? firstMs : nextMs;
      this.page.conn.set({ ref, refTTL: ms });
      this.page.socket.state = 'UNPAIRED';
      this.timer = setTimeout(() => show(index + 1), ms);
    };
    show(0);
  }

  /** Asks the browser for the passkey of the account, as the real page does. One that has none leaves the page where it is. */
  requestPasskey(challenge: string): void {
    const publicKey = {
      challenge: Uint8Array.from(decodeB64(challenge)),
      rpId: 'whatsapp.com',
      userVerification: 'required',
    } as const;
    this.page.linkEvents.trigger('link_device_events:passkey_prologue_request');
    navigator.credentials.get({ publicKey }).catch((error) => console.warn(String(error)));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  renewAdvSecret(): void {
    this.page.profile.newAdvSecret();
    this.page.advSecretEvents.trigger('change');
  }

  /** Answers the server; returns false when the phone signed another secret or identity than this page's. */
  async finish(success: PairSuccess): Promise<boolean> {
    const { link, profile } = this.page;
    const { identity } = await profile.keys();
    const details = decodeB64(success.details);
    const accountKey = decodeB64(success.accountKey);
    if (!sameBytes(mac(decodeB64(profile.advSecret), details), decodeB64(success.hmac))) {
      link.send({ type: 'pair-error', code: 'hmac-mismatch' });
      return false;
    }
    const signed = concatBytes(accountSignaturePrefix, details, identity.pubKey);
    if (!sameBytes(sharedMac(identity, accountKey, signed), decodeB64(success.accountSignature))) {
      link.send({ type: 'pair-error', code: 'signature-mismatch' });
      return false;
    }
    this.stop();
    await profile.saveLink(success);
    const proof = sharedMac(identity, accountKey, concatBytes(deviceSignaturePrefix, details));
    link.send({ type: 'pair-device-sign', proof: encodeB64(proof) });
    return true;
  }
}
