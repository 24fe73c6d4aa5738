import type { HostCalls } from '../contracts/host.ts';
import type { PlainValue, SeenMessage } from '../contracts/host-events.ts';
import { asFinding, Finding } from './finding.ts';
import type { AckLevel } from './flow.ts';
import type { Steps } from './steps.ts';

const levels: Record<AckLevel, number> = { sent: 1, delivered: 2, read: 3 };

/** The messages of one client: what it sends, what it reports, and how far its own messages came. */
export class Conversation {
  readonly #until: Until;
  readonly #steps: Steps;
  readonly #calls: Pick<HostCalls, 'sendText'>;
  readonly #messages: SeenMessage[] = [];
  readonly #acks = new Map<PlainValue, number>();

  constructor(until: Until, steps: Steps, calls: Pick<HostCalls, 'sendText'>) {
    this.#until = until;
    this.#steps = steps;
    this.#calls = calls;
  }

  hear(message: SeenMessage): void {
    this.#messages.push(message);
  }

  acknowledge({ id, ack }: SeenMessage): void {
    if (typeof ack === 'number') this.#acks.set(id, Math.max(ack, this.#acks.get(id) ?? 0));
  }

  /** @returns the id of the message. */
  async send(to: string, body: string): Promise<string> {
    const send = () => this.#calls.sendText(`${to}@c.us`, body).catch(asFinding('send-failed'));
    const id = await this.#steps.run('sent', send);
    if (typeof id === 'string') return id;
    const answer = `sendMessage() answered ${JSON.stringify(id)} for the id of the message`;
    throw new Finding('send-failed', answer, 'message');
  }

  async ack(id: string, level: AckLevel): Promise<void> {
    const isThere = () => (this.#acks.get(id) ?? 0) >= levels[level] || undefined;
    await this.#steps.run('ack', () => this.#until(isThere));
  }

  /** The first message with this text. */
  message(body: string): Promise<SeenMessage> {
    const find = () => this.#messages.find((message) => message.body === body);
    return this.#steps.run('message', () => this.#until(find));
  }
}

/** What `find` finds now or after any later event. */
type Until = <T>(find: () => T | undefined) => Promise<T>;
