import { randomBytes } from 'node:crypto';
import type { PairSuccess, ServerFrame } from '../../contracts/replica-protocol.ts';

/** One pair-device carries six refs; the first lives 60 s, each other 20 s, on all builds that were read. */
const refCount = 6;
const firstRefMs = 60_000;
const nextRefMs = 20_000;
/** How long a ref is still taken after the page went on to the next; phones are slower than timers. [assumed] */
const graceMs = 1_000;

export type PairAnswer =
  | { ok: true; proof: string }
  | { ok: false; code: 'hmac-mismatch' | 'signature-mismatch' | 'gone' };

/** The part of a page that pairing uses: an unlinked page that shows refs. */
export interface UnlinkedPage {
  noisePub: string;
  identityPub: string;
  /** Resolves when a person can be expected to scan. */
  whenScannable(): Promise<void>;
  /** Sends the identity that the phone signed, and resolves with the answer of the page. */
  finishPairing(success: PairSuccess): Promise<PairAnswer>;
  /** Asks the page for the passkey of the account; nothing waits for its answer. */
  requestPasskey(): void;
  /** Ends the connection, since the device is registered: the page reconnects and logs in. */
  restart(): void;
}

export interface Pairing {
  refs: string[];
  page: UnlinkedPage;
  startedAt: number;
  usedRef: string | undefined;
  /** True when the page has disconnected or requested other refs. */
  closed: boolean;
}

export type RefState = 'alive' | 'expired' | 'used' | 'foreign';

/** Every ref that was handed out, and its state. */
export class Pairings {
  private readonly byRef = new Map<string, Pairing>();
  private readonly timeScale: number;

  /** @param timeScale multiplies the life of refs. */
  constructor(timeScale: number) {
    this.timeScale = timeScale;
  }

  open(page: UnlinkedPage): { pairing: Pairing; frame: Extract<ServerFrame, { type: 'pair-device' }> } {
    const refs = Array.from({ length: refCount }, () => `2@${randomBytes(48).toString('base64')}`);
    const pairing: Pairing = { refs, page, startedAt: performance.now(), usedRef: undefined, closed: false };
    for (const ref of refs) this.byRef.set(ref, pairing);
    const { firstMs, nextMs } = this.lives;
    return { pairing, frame: { type: 'pair-device', refs, firstMs, nextMs } };
  }

  get(ref: string): Pairing | undefined {
    return this.byRef.get(ref);
  }

  stateOf(ref: string): RefState {
    const pairing = this.byRef.get(ref);
    if (!pairing) return 'foreign';
    if (pairing.usedRef !== undefined) return pairing.usedRef === ref ? 'used' : 'expired';
    if (pairing.closed) return 'expired';
    const { firstMs, nextMs } = this.lives;
    const end = firstMs + pairing.refs.indexOf(ref) * nextMs + graceMs * this.timeScale;
    return performance.now() - pairing.startedAt <= end ? 'alive' : 'expired';
  }

  private get lives(): { firstMs: number; nextMs: number } {
    return { firstMs: firstRefMs * this.timeScale, nextMs: nextRefMs * this.timeScale };
  }
}
