import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LinkEvent, StreamedEvent } from '../../../contracts/service-events.ts';

/** Proxies end a stream in which nothing happens; some after less than half a minute. In milliseconds. */
const quietMs = 15_000;
/** How long a reader may take none of what was sent, in milliseconds. */
const slowestMs = 60_000;

/** Writes server-sent events to a reader, as fast as it reads. */
export class EventWriter {
  readonly #raw: ServerResponse;
  readonly #left = new AbortController();
  #wroteAt = performance.now();

  constructor(raw: ServerResponse) {
    this.#raw = raw;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // An instance that stops waits for connections that are kept.
      connection: 'close',
    });
    // It may have left before.
    if (raw.destroyed) this.#left.abort();
    else raw.once('close', () => this.#left.abort());
  }

  /** Aborted when the reader is gone. */
  get gone(): AbortSignal {
    return this.#left.signal;
  }

  get isOver(): boolean {
    return this.gone.aborted;
  }

  /** True when nothing was sent for so long that a proxy may soon end the stream. */
  get isQuiet(): boolean {
    return performance.now() - this.#wroteAt >= quietMs;
  }

  /** Rejects when the reader is gone, or takes nothing. */
  send(streamed: StreamedEvent | LinkEvent): Promise<void> {
    const id = 'id' in streamed ? `id: ${streamed.id}\n` : '';
    return this.#write(`${id}event: ${streamed.event}\ndata: ${JSON.stringify(streamed.data)}\n\n`);
  }

  /** Sends what no reader takes for an event. */
  comment(): Promise<void> {
    return this.#write(': still\n\n');
  }

  end(): void {
    this.#raw.end();
  }

  async #write(text: string): Promise<void> {
    this.gone.throwIfAborted();
    this.#wroteAt = performance.now();
    if (this.#raw.write(text)) return;
    const signal = AbortSignal.any([this.gone, AbortSignal.timeout(slowestMs)]);
    await once(this.#raw, 'drain', { signal }).catch((error) => {
      this.#raw.destroy();
      throw error;
    });
  }
}
