import type { PageFrame, ServerFrame } from '../../../contracts/replica-protocol.ts';
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

type RequestFrame = Extract<PageFrame, { requestId: number }>;

/** A request without an answer yet. */
interface UnansweredRequest {
  frame: RequestFrame;
  done(answer: ServerAnswer): void;
}

/** Requests to the server that have an answer. */
export class Requests {
  private readonly page: Page;
  /** By id, in the sequence in which they were made. */
  private readonly open = new Map<number, UnansweredRequest>();
  private nextId = 1;

  constructor(page: Page) {
    this.page = page;
  }

  /**
   * As on the real page, a query waits for a connection, and one whose connection ended is sent again after the next login.
   *
   * @throws ServerStatusCodeError when the server refuses.
   */
  async query<N extends QueryName>(name: N, args: QueryArgs<N>): Promise<QueryValues[N]> {
    const answer = await this.ask((requestId) => ({ type: 'query', requestId, name, args }));
    if (answer.type !== 'answer') throw new Error(`the server answered ${answer.type} to the query ${name}`);
    if (!answer.ok) throw new ServerStatusCodeError(answer.status, answer.text);
    return answer.value as QueryValues[N];
  }

  answer(frame: ServerAnswer): void {
    this.open.get(frame.requestId)?.done(frame);
    this.open.delete(frame.requestId);
  }

  /** @param frameWith makes the request with the id that its answer will carry. */
  ask(frameWith: (requestId: number) => RequestFrame): Promise<ServerAnswer> {
    const frame = frameWith(this.nextId++);
    return new Promise((done) => {
      this.open.set(frame.requestId, { frame, done });
      if (frame.type !== 'query' || this.page.link.isOnline) this.page.link.send(frame);
    });
  }

  /** Sends the queries without an answer, after a login, and reports their names. */
  resend(): void {
    const queries = [...this.open.values()].flatMap(({ frame }) => (frame.type === 'query' ? frame : []));
    if (queries.length === 0) return;
    this.page.report('queries-waited', { names: queries.map(({ name }) => name) });
    for (const query of queries) this.page.link.send(query);
  }
}
