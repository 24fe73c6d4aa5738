import type { Accounts } from '../accounts/accounts.ts';
import { Problem } from '../problems.ts';
import { type SessionId, type SessionIds, sessionId } from '../session-ids.ts';
import type { HostedSession } from './hosted-session.ts';
import type { OutgoingTexts } from './outgoing-texts.ts';

interface TextRouterParts {
  texts: OutgoingTexts;
  accounts: Pick<Accounts, 'statusOf'>;
  /** The session with this id where it runs in this instance. */
  running(session: SessionId): HostedSession | undefined;
}

/** Brings a text to its session: to the one that runs here, else to whichever instance runs it. */
export class TextRouter {
  readonly #parts: TextRouterParts;

  constructor(parts: TextRouterParts) {
    this.#parts = parts;
  }

  /**
   * Sends a text. Returns the id that the library gives it.
   *
   * @throws Problem `account-unknown`, `session-not-connected`, `session-elsewhere`, `send-failed`, `send-unknown`
   */
  async send(ids: SessionIds, to: string, body: string): Promise<unknown> {
    const { texts, accounts, running } = this.#parts;
    const session = running(ids.session);
    if (session) return session.sendText(to, body);
    if ((await accounts.statusOf(ids)) !== 'connected') throw new Problem('session-not-connected');
    return texts.hand(ids, to, body);
  }

  /** Sends what other instances were asked for. To be called about once a second. */
  async sendWaiting(): Promise<void> {
    await this.#parts.texts.sendWaiting(async (id, to, body) => {
      const session = this.#parts.running(sessionId(id));
      if (!session) throw new Problem('session-not-connected');
      return session.sendText(to, body);
    });
  }
}
