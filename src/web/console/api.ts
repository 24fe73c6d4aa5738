import type { z } from 'zod';
import type { proxyTestSchema } from '../../contracts/account-browser.ts';
import type { accountCountsSchema, accountsSchema } from '../../contracts/account-lists.ts';
import type { ServedHistory } from '../../contracts/canary-history.ts';
import type { Overview, StatusHistory } from '../../contracts/overview.ts';
import type {
  accountSchema,
  apiKeySchema,
  apiKeysSchema,
  deliveriesSchema,
  historySchema,
  linkCodeSchema,
  newKeySchema,
  newWebhookSchema,
  ProblemBody,
  restoredSchema,
  rolloutDecisionSchema,
  rolloutDecisionsSchema,
  rolloutSchema,
  rolloutsSchema,
  sentSchema,
  servedMatrixSchema,
  sessionStartsSchema,
  webhookSchema,
  webhooksSchema,
  workspaceSchema,
  workspacesSchema,
} from '../../contracts/service-api.ts';
import type { Called } from '../../contracts/service-calls.ts';

export type AccountBody = z.output<typeof accountSchema>;
export type AccountCountsBody = z.output<typeof accountCountsSchema>;
export type AccountsBody = z.output<typeof accountsSchema>;
export type ApiKeyBody = z.output<typeof apiKeySchema>;
export type ApiKeysBody = z.output<typeof apiKeysSchema>;
export type DeliveriesBody = z.output<typeof deliveriesSchema>;
export type HistoryBody = z.output<typeof historySchema>;
export type LinkCodeBody = z.output<typeof linkCodeSchema>;
export type MatrixBody = z.output<typeof servedMatrixSchema>;
export type NewKeyBody = z.output<typeof newKeySchema>;
export type NewWebhookBody = z.output<typeof newWebhookSchema>;
export type ProxyTestBody = z.output<typeof proxyTestSchema>;
export type RestoredBody = z.output<typeof restoredSchema>;
export type RolloutBody = z.output<typeof rolloutSchema>;
export type RolloutDecisionBody = z.output<typeof rolloutDecisionSchema>;
export type RolloutDecisionsBody = z.output<typeof rolloutDecisionsSchema>;
export type RolloutsBody = z.output<typeof rolloutsSchema>;
export type SentBody = z.output<typeof sentSchema>;
export type SessionStartsBody = z.output<typeof sessionStartsSchema>;
export type WebhookBody = z.output<typeof webhookSchema>;
export type WebhooksBody = z.output<typeof webhooksSchema>;
export type WorkspaceBody = z.output<typeof workspaceSchema>;
export type WorkspacesBody = z.output<typeof workspacesSchema>;
export type { Called, Overview, ServedHistory, StatusHistory };

const keyName = 'wwebjs-canary-key';

/** The service refused a request; the message is for the user. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Stores the key until the tab is closed; an empty key removes it. */
export function useKey(key: string): void {
  if (key === '') sessionStorage.removeItem(keyName);
  else sessionStorage.setItem(keyName, key);
}

/** Timeout in milliseconds of an answer, and of the next event of a stream: the service sends one every 15 s. */
const patienceMs = 20_000;

/** A signal that aborts when the service has been silent for `patienceMs`. */
function patience(): { signal: AbortSignal; heard(): void; end(): void } {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  const end = () => clearTimeout(timer);
  const heard = () => {
    end();
    timer = setTimeout(() => silence.abort(), patienceMs);
  };
  heard();
  return { signal: silence.signal, heard, end };
}

let answeredAt = new Date();

function unreachable(): Refused {
  const since = answeredAt.toLocaleTimeString([], { timeStyle: 'short' });
  return new Refused('unreachable', `The service has not answered since ${since}.`);
}

function headers(body?: object): Record<string, string> {
  const key = sessionStorage.getItem(keyName);
  return { ...(key && { authorization: `Bearer ${key}` }), ...(body && { 'content-type': 'application/json' }) };
}

async function send(
  method: string,
  path: string,
  { body, signal }: { body?: object | undefined; signal?: AbortSignal } = {},
): Promise<Response> {
  const init = {
    method,
    headers: headers(body),
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  };
  const response = await fetch(path, init).catch(() => {
    throw unreachable();
  });
  answeredAt = new Date();
  if (response.ok) return response;
  const problem: Partial<ProblemBody> = await response.json().catch(() => ({}));
  if (problem.code === 'unauthorized' && !sessionStorage.getItem(keyName))
    throw new Refused('unauthorized', 'The service asks for an API key.');
  throw new Refused(problem.code ?? 'internal', problem.detail ?? `The service answered with ${response.status}.`);
}

async function readJson<T>(response: Response): Promise<T> {
  return response.json().catch(() => {
    throw unreachable();
  });
}

/** @throws Refused */
export async function getBody<T>(path: string): Promise<T> {
  const { signal, end } = patience();
  try {
    return await readJson(await send('GET', path, { signal }));
  } finally {
    end();
  }
}

/** @throws Refused */
export async function postBody<T>(path: string, body?: object): Promise<T> {
  return readJson(await send('POST', path, { body }));
}

/** @throws Refused */
export async function putBody<T>(path: string, body: object): Promise<T> {
  return readJson(await send('PUT', path, { body }));
}

/** @throws Refused */
export async function remove(path: string): Promise<void> {
  await send('DELETE', path);
}

/** Fetches a file with the key and returns an address for an image or a download. @throws Refused */
export async function fileAddress(path: string): Promise<string> {
  return URL.createObjectURL(await (await send('GET', path)).blob());
}

/** Reads server-sent events until they end. `EventSource` cannot send a key. @throws Refused */
export async function listen(
  path: string,
  signal: AbortSignal,
  on: (event: string, data: unknown) => void,
): Promise<void> {
  const silence = patience();
  try {
    const { body } = await send('GET', path, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!body) return;
    let rest = '';
    for await (const part of body.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
      silence.heard();
      answeredAt = new Date();
      const events = `${rest}${part}`.split('\n\n');
      rest = events.pop() ?? '';
      for (const text of events) {
        const [, event = '', data = 'null'] = /^event: (.*)\ndata: (.*)$/.exec(text) ?? [];
        on(event, JSON.parse(data));
      }
    }
  } catch (error) {
    throw error instanceof Refused ? error : unreachable();
  } finally {
    silence.end();
  }
}
