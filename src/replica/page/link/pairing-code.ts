import { encodeB64 } from '../keys/bytes.ts';
import type { Page } from '../shared/page.ts';
import type { Linking } from './linking.ts';
import type { Requests } from './requests.ts';

/** Characters of a pairing code; none can be confused with another. */
const alphabet = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';
const length = 8;

/** Links by a code that the user types into the phone. */
export class PairingCode {
  type = 'QR';
  private stage: 'NotStarted' | 'Initialized' | 'AfterSendCompanionHello' = 'NotStarted';
  private readonly page: Page;
  private readonly linking: Linking;
  private readonly requests: Requests;

  constructor(page: Page, linking: Linking, requests: Requests) {
    this.page = page;
    this.linking = linking;
    this.requests = requests;
  }

  setType(type: string): void {
    this.type = type;
  }

  async initialize(): Promise<void> {
    this.linking.renewAdvSecret();
    this.stage = 'Initialized';
  }

  async backToQr(): Promise<void> {
    this.stage = 'NotStarted';
    this.type = 'QR';
    this.linking.renewAdvSecret();
  }

  /**
   * @returns the code, once the server has accepted the request.
   * @throws when it is not initialized, or the server knows no such phone.
   */
  async start(phone: string, _showNotification: boolean): Promise<string> {
    if (this.stage !== 'Initialized') throw new Error(`startAltLinkingFlow: stage is ${this.stage}`);
    const { profile } = this.page;
    const { noise, identity } = await profile.keys();
    const code = Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % 32]).join('');
    this.stage = 'AfterSendCompanionHello';
    const answer = await this.requests.ask((requestId) => ({
      type: 'companion-hello',
      requestId,
      phone: phone.replace(/\D/g, ''),
      code,
      noisePub: encodeB64(noise.pubKey),
      identityPub: encodeB64(identity.pubKey),
      advSecret: profile.advSecret,
    }));
    if (answer.type === 'companion-hello-result' && !answer.ok) throw new Error('startAltLinkingFlow: no such phone');
    return code;
  }
}
