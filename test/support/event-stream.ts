import type { AddressInfo } from 'node:net';
import type { StreamedEvent } from '../../src/contracts/service-events.ts';
import { streamedEventSchema } from '../../src/contracts/service-events.ts';
import type { TestServer } from './test-server.ts';
import { until } from './test-service.ts';

export interface FollowedStream {
  status: number;
  /** The body of a problem. */
  problem: { code?: string; detail?: string };
  events: StreamedEvent[];
  /** What came besides events. */
  comments: string[];
  /** The id of the last event. */
  lastId(): string;
  /** Waits until so many events of the library came. */
  library(count: number): Promise<Extract<StreamedEvent, { data: { type: string } }>['data'][]>;
  /** Settles when the service has ended the stream. */
  over: Promise<void>;
  close(): void;
}

export interface StreamOptions {
  lastId?: string;
  key?: string;
}

/** Opens a stream of events of a server that listens. */
export async function openStream(
  { app, key: admin }: TestServer,
  path: string,
  { lastId, key = admin }: StreamOptions = {},
): Promise<FollowedStream> {
  const leaving = new AbortController();
  const { port } = app.server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: leaving.signal,
    headers: {
      connection: 'close',
      authorization: `Bearer ${key}`,
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    },
  });
  const events: StreamedEvent[] = [];
  const comments: string[] = [];
  const isStream = answer.headers.get('content-type') === 'text/event-stream';
  const problem = isStream ? {} : ((await answer.json()) as FollowedStream['problem']);
  const read = async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const part of answer.body as ReadableStream<Uint8Array>) {
      const texts = (rest + decoder.decode(part, { stream: true })).split('\n\n');
      rest = texts.pop() ?? '';
      for (const text of texts) {
        if (text.startsWith(':')) comments.push(text);
        else events.push(streamedEventSchema.parse(parsed(text)));
      }
    }
  };
  return {
    status: answer.status,
    problem,
    events,
    comments,
    lastId: () => events.findLast((event) => 'id' in event)?.id ?? '',
    library: (count) =>
      until(`${count} events of the library`, () => {
        const found = events.flatMap(({ data }) => ('type' in data ? [data] : []));
        return found.length >= count ? found : null;
      }),
    over: isStream ? read().catch(() => {}) : Promise.resolve(),
    close: () => leaving.abort(),
  };
}

function parsed(text: string): object {
  const { data = '', ...fields } = Object.fromEntries(
    text.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  return { ...fields, data: JSON.parse(data) };
}
