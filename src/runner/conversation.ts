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

  /**
   * @param to a number, or the full id of a chat.
   * @returns the id of the message.
   * @throws TypeError when `to` is neither.
   */
  async send(to: string, body: string): Promise<string> {
    const chat = chatId(to);
    const send = () => this.#calls.sendText(chat, body).catch(asFinding('send-failed'));
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

const number = /^[1-9]\d{6,14}$/;
const fullId = /^\d+(-\d+)?@(c\.us|g\.us|lid)$/;

function chatId(to: unknown): string {
  const text = typeof to === 'string' ? to : '';
  if (number.test(text)) return `${text}@c.us`;
  if (fullId.test(text)) return text;
  // Its digits may be a real number, which no record holds.
  const shown = typeof to === 'string' ? `"${to.replaceAll(/\d/g, '#')}"` : `a value of type ${typeof to}`;
  throw new TypeError(
    `client.send(): ${shown} is neither a number of 7 to 15 digits without "+" nor a full id that ends with @c.us, @g.us or @lid`,
  );
}

/** What `find` finds now or after any later event. */
type Until = <T>(find: () => T | undefined) => Promise<T>;
