import { CanaryAccounts, type CanaryPair } from '../accounts/canary-accounts.ts';
import type { SessionId } from '../session-ids.ts';
import type { HostedSession } from './hosted-session.ts';
import type { SessionParts } from './session-parts.ts';

/**
 * Finds sessions that are connected but deaf. Each canary account of a workspace sends a text to the next one. Its two ticks show that the
 * phone there has it; the session on that phone must then report the message. A probe without ticks proves nothing.
 */
export class CanaryWatch {
  readonly #parts: SessionParts;
  readonly #accounts: CanaryAccounts;
  readonly #running: (session: SessionId) => HostedSession | undefined;
  /** By receiver: when this instance last sent it a probe, and since when it was connected at that time. */
  readonly #sent = new Map<SessionId, { at: number; receiverSince: number }>();

  /** @param running the session with this id, if it runs in this instance. */
  constructor(parts: SessionParts, running: (session: SessionId) => HostedSession | undefined) {
    this.#parts = parts;
    this.#accounts = new CanaryAccounts(parts.database);
    this.#running = running;
  }

  /** Sends due probes and reports missed ones to their sessions. Call it about once a second. */
  async round(): Promise<void> {
    const { probes, instanceId, deadlines } = this.#parts;
    const pairs = await this.#accounts.pairs();
    await Promise.all(pairs.filter((pair) => this.#isDue(pair)).map((pair) => this.#probe(pair)));
    for (const { id, receiver } of await probes.unheard(deadlines.hearMs, instanceId))
      this.#running(receiver)?.missed(id);
  }

  #isDue({ sender, receiver, receiverSince }: CanaryPair): boolean {
    if (!this.#running(sender)?.ready) return false;
    const last = this.#sent.get(receiver);
    if (last?.receiverSince !== receiverSince) return true;
    return performance.now() - last.at >= this.#parts.deadlines.probeEveryMs;
  }

  async #probe({ sender, receiver, receiverPhone, receiverSince }: CanaryPair): Promise<void> {
    const session = this.#running(sender);
    const { text, undelivered } = await this.#parts.probes.begin(receiver);
    this.#sent.set(receiver, { at: performance.now(), receiverSince });
    if (undelivered > 0) session?.probed('undelivered');
    // It may have been sent even without an answer: the ticks will show.
    await session?.sendText(`${receiverPhone}@c.us`, text).catch(() => {});
  }
}
