import type { ServerFrame } from '../../../contracts/replica-protocol.ts';
import type { QueryArgs, QueryName, QueryValues } from '../../../contracts/replica-queries.ts';
import type { Page } from '../shared/page.ts';

type ServerAnswer = Extract<ServerFrame, { requestId: number }>;

/** How real pages pass on that the server refused a request. */
export class ServerStatusCodeError extends Error {
  override name = 'ServerStatusCodeError';
  readonly statusCode: number;
  readonly status: number;
  readonly statusText: string;

  constructor(status: number, text: string) {
    super(text);
    this.statusCode = status;
    this.status = status;
    this.statusText = text;
  }
}

/** Libraries replace the global `Error`, whose instances are then of no class: the name tells. */
export const isServerStatusCodeError = (error: unknown): error is ServerStatusCodeError =>
  (error as { name?: unknown } | null)?.name === 'ServerStatusCodeError';

/** Requests to the server that have an answer. */
export class Requests {
  private readonly page: Page;
  private readonly open = new Map<number, (answer: ServerAnswer) => void>();
  private nextId = 1;

  constructor(page: Page) {
    this.page = page;
  }

  /** @throws ServerStatusCodeError when the server refuses. */
  async query<N extends QueryName>(name: N, args: QueryArgs<N>): Promise<QueryValues[N]> {
    const answer = await this.ask((requestId) => this.page.link.send({ type: 'query', requestId, name, args }));
    if (answer.type !== 'answer') throw new Error(`the server answered ${answer.type} to the query ${name}`);
    if (!answer.ok) throw new ServerStatusCodeError(answer.status, answer.text);
    return answer.value as QueryValues[N];
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
