import type { CanaryAccounts, CanaryPair } from '../accounts/canary-accounts.ts';
import type { SessionId } from '../session-ids.ts';
import type { CanaryProbes } from './canary-probes.ts';
import type { Deadlines } from './deadlines.ts';
import type { HostedSession } from './hosted-session.ts';

export interface CanaryWatchOptions {
  accounts: CanaryAccounts;
  probes: CanaryProbes;
  instanceId: string;
  deadlines: Pick<Deadlines, 'probeEveryMs' | 'hearMs'>;
  /** The session with this id where it runs in this instance. */
  running(session: SessionId): HostedSession | undefined;
}

/**
 * Finds sessions that are connected and deaf. Each canary account of a workspace sends a text to the next one, and learns from
 * its ticks that the phone there has it; the session on that phone then has to hear it. A probe without ticks proves nothing.
 */
export class CanaryWatch {
  readonly #options: CanaryWatchOptions;
  /** By receiver: when this instance sent it the last probe, and since when it had been connected then. */
  readonly #sent = new Map<SessionId, { at: number; receiverSince: number }>();

  constructor(options: CanaryWatchOptions) {
    this.#options = options;
  }

  /** Sends the probes that are due and has an eye on those that were not heard. To be called about once a second. */
  async round(): Promise<void> {
    const { accounts, probes, instanceId, deadlines, running } = this.#options;
    const pairs = await accounts.pairs();
    await Promise.all(pairs.filter((pair) => this.#isDue(pair)).map((pair) => this.#probe(pair)));
    for (const { id, receiver } of await probes.unheard(deadlines.hearMs, instanceId)) running(receiver)?.missed(id);
  }

  #isDue({ sender, receiver, receiverSince }: CanaryPair): boolean {
    if (!this.#options.running(sender)?.ready) return false;
    const last = this.#sent.get(receiver);
    if (last?.receiverSince !== receiverSince) return true;
    return performance.now() - last.at >= this.#options.deadlines.probeEveryMs;
  }

  async #probe({ sender, receiver, receiverPhone, receiverSince }: CanaryPair): Promise<void> {
    const session = this.#options.running(sender);
    const { text, undelivered } = await this.#options.probes.begin(receiver);
    this.#sent.set(receiver, { at: performance.now(), receiverSince });
    if (undelivered > 0) session?.probed('undelivered');
    // Without an answer it may have been sent all the same: the ticks will tell.
    await session?.sendText(`${receiverPhone}@c.us`, text).catch(() => {});
  }
}
