import type { SessionCause } from '../../codes/codes.ts';
import type { SessionFacts } from '../../contracts/host.ts';
import { factsInTime } from './read-facts.ts';

/** Looks in a row that have to be bad: one slow answer or a short reconnect is no failure. */
const hungLooks = 2;
const disconnectedLooks = 3;

/** Decides, look by look, whether a ready session is still what it says it is. */
export class Watchdog {
  readonly #wid: string;
  readonly #answerMs: number;
  #hung = 0;
  #disconnected = 0;

  /** @param wid the number that the session had when it became ready, in full form. */
  constructor(wid: string, answerMs: number) {
    this.#wid = wid;
    this.#answerMs = answerMs;
  }

  /** Null while all is well, else what is wrong. The page has to answer, be connected, and still be the same number. */
  async look(ask: () => Promise<SessionFacts>): Promise<SessionCause | null> {
    const facts = await factsInTime(ask, this.#answerMs);
    this.#hung = facts ? 0 : this.#hung + 1;
    if (this.#hung >= hungLooks) return 'page-hung';
    if (!facts) return null;
    const connected = facts.state === 'CONNECTED' && facts.wid === this.#wid;
    this.#disconnected = connected ? 0 : this.#disconnected + 1;
    return this.#disconnected >= disconnectedLooks ? 'disconnected' : null;
  }
}
