import type { Code } from '../codes/codes.ts';
import type { SeenEvent } from '../contracts/host.ts';
import { errorGraceMs } from './deadlines.ts';
import { findingIn, isFromLibrary } from './early-end.ts';
import type { EventLog } from './event-log.ts';
import { Finding } from './finding.ts';
import type { Steps } from './steps.ts';

/** Ends an attempt where waiting for the deadline could not change the result: at once, or after a grace. */
export class EarlyEndWatch {
  readonly #log: EventLog;
  readonly #steps: Steps;
  #grace: NodeJS.Timeout | undefined;
  /** The flow waits for a QR code. */
  isAwaitingQr = false;
  /** There was a `ready`, and nobody has ended the link since. */
  isLinked = false;

  constructor(log: EventLog, steps: Steps) {
    this.#log = log;
    this.#steps = steps;
  }

  look(event: SeenEvent): void {
    if (event.type === 'client:ready') this.isLinked = true;
    if (event.type === 'client:qr' && this.isLinked) {
      this.#steps.fail(new Finding('session-lost', 'a device that was linked asks for a QR code'));
    }
    const finding = findingIn(event, this.#log.has('browser:launched'));
    if (finding) this.#steps.fail(finding);
    const error = event.detail as { message: string; stack: string };
    if (event.type === 'page:error' && isFromLibrary(error)) this.#endAfterGrace(error.message);
  }

  /** Errors so far have no consequences any more. */
  rest(): void {
    clearTimeout(this.#grace);
    this.#grace = undefined;
  }

  /** What an error in the page keeps from coming. */
  #missing(): Code | null {
    if (this.#log.has('client:authenticated') && !this.#log.has('client:ready')) return 'no-ready';
    return this.isAwaitingQr ? 'no-qr' : null;
  }

  #endAfterGrace(message: string): void {
    const code = this.#missing();
    if (!code) return;
    this.#grace ??= setTimeout(() => {
      if (this.#missing() === code) this.#steps.fail(new Finding(code, message));
      this.#grace = undefined;
    }, this.#steps.patience(errorGraceMs));
  }
}
