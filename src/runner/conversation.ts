import type { SeenEvent, SeenMessage } from '../contracts/host.ts';

/** What the library told of messages: their texts and how far the own ones came. */
export class Conversation {
  readonly #messages: SeenMessage[] = [];
  readonly #acks = new Map<unknown, number>();

  see({ type, secret }: SeenEvent): void {
    const message = secret as SeenMessage;
    if (type === 'client:message') this.#messages.push(message);
    if (type !== 'client:message_ack' || typeof message.ack !== 'number') return;
    this.#acks.set(message.id, Math.max(message.ack, this.ackOf(message.id)));
  }

  find(body: string): SeenMessage | undefined {
    return this.#messages.find((message) => message.body === body);
  }

  /** The highest ack of the message; 0 when none was told. */
  ackOf(id: unknown): number {
    return this.#acks.get(id) ?? 0;
  }
}
