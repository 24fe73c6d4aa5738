import type { HostCalls, SeenEvent, SeenMessage } from '../contracts/host.ts';
import type { EventLog } from './event-log.ts';
import { asFinding, Finding } from './finding.ts';
import type { AckLevel } from './flow.ts';
import type { Steps } from './steps.ts';

const levels: Record<AckLevel, number> = { sent: 1, delivered: 2, read: 3 };

/** The messages of one client: what it sends, what it tells of, and how far the own ones came. */
export class Conversation {
  readonly #log: EventLog;
  readonly #steps: Steps;
  readonly #calls: Pick<HostCalls, 'sendText'>;
  readonly #messages: SeenMessage[] = [];
  readonly #acks = new Map<unknown, number>();

  constructor(log: EventLog, steps: Steps, calls: Pick<HostCalls, 'sendText'>) {
    this.#log = log;
    this.#steps = steps;
    this.#calls = calls;
  }

  see({ type, secret }: SeenEvent): void {
    const message = secret as SeenMessage;
    if (type === 'client:message') this.#messages.push(message);
    if (type !== 'client:message_ack' || typeof message.ack !== 'number') return;
    this.#acks.set(message.id, Math.max(message.ack, this.#acks.get(message.id) ?? 0));
  }

  /** @returns the id of the message. */
  async send(to: string, body: string): Promise<string> {
    const send = () => this.#calls.sendText(`${to}@c.us`, body).catch(asFinding('send-failed'));
    const id = await this.#steps.run('message', send, () => 'send-failed');
    if (typeof id === 'string') return id;
    const answer = `sendMessage() answered ${JSON.stringify(id)} for the id of the message`;
    throw new Finding('send-failed', answer, 'message');
  }

  async ack(id: string, level: AckLevel): Promise<void> {
    const isThere = () => (this.#acks.get(id) ?? 0) >= levels[level] || undefined;
    const wait = () => this.#log.until(isThere);
    await this.#steps.run('message', wait, () => 'no-ack');
  }

  /** The first message with this text. */
  message(body: string): Promise<SeenMessage> {
    const find = () => this.#messages.find((message) => message.body === body);
    return this.#steps.run('message', () => this.#log.until(find));
  }
}
