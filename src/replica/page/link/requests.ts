import type { ServerFrame } from '../../../contracts/replica-protocol.ts';
import type { Page } from '../shared/page.ts';

type ServerAnswer = Extract<ServerFrame, { requestId: number }>;

/** Requests to the server that have an answer. */
export class Requests {
  private readonly page: Page;
  private readonly open = new Map<number, (answer: ServerAnswer) => void>();
  private nextId = 1;

  constructor(page: Page) {
    this.page = page;
  }

  /** The wid of a phone number that has an account, else null. */
  async exists(phone: string): Promise<string | null> {
    const answer = await this.ask((requestId) => this.page.link.send({ type: 'query-exists', requestId, phone }));
    return answer.type === 'exists' ? answer.wid : null;
  }

  answer(frame: ServerAnswer): void {
    this.open.get(frame.requestId)?.(frame);
    this.open.delete(frame.requestId);
  }

  /** @param send gets the id that the answer will carry. */
  ask(send: (requestId: number) => void): Promise<ServerAnswer> {
    const requestId = this.nextId++;
    return new Promise((resolve) => {
      this.open.set(requestId, resolve);
      send(requestId);
    });
  }
}
