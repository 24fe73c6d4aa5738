import type { FastifyRequest } from 'fastify';
import type { ProblemBody } from '../../../contracts/service-api.ts';
import type { Service } from '../../instance/service.ts';
import { Problem, type ProblemCode, problems } from '../../problems.ts';
import type { RequestOrigin } from '../../request-origin.ts';
import type { SessionIds } from '../../session-ids.ts';
import { forwardMark, isMarked } from '../keys/forward-mark.ts';

/** Longer than the other instance takes for an answer that its own deadline ends, in milliseconds. */
const tellMs = 2_000;

/** Errors of a connection that was never made. */
const unreached: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** The other instance that runs a session; null when this one does, or none, or when the request was sent on already. */
export async function ownerElsewhere(
  service: Service,
  ids: SessionIds,
  request: FastifyRequest,
): Promise<{ address: string | null } | null> {
  if (service.sessions.running(ids.session) || isMarked(request)) return null;
  return service.instances.ownerOf(ids.session);
}

export interface Forwarding {
  /** Of the instance that runs the session. */
  address: string;
  /** What the other instance does it for. */
  origin: RequestOrigin;
  /** How long the other instance may take, in milliseconds. */
  ms: number;
  /** The problem when the request may have been carried out. */
  unknown: ProblemCode;
}

/**
 * Sends a request on, and returns what the other instance answers. Its `Idempotency-Key` stays here, where a repetition comes in.
 *
 * @throws Problem of the other instance; `session-elsewhere` when it was not reached; `unknown`.
 */
export async function sendOn(service: Signing, request: FastifyRequest, to: Forwarding): Promise<unknown> {
  const answer = await ask(service, request, to, AbortSignal.timeout(to.ms + tellMs));
  return answer.json().catch((error) => {
    throw new Problem(to.unknown, undefined, { cause: error });
  });
}

/**
 * As `sendOn`, for an answer that is no JSON: the time is that of the other instance for its headers. The body takes the time that its
 * reader takes.
 */
export async function fetchFrom(service: Signing, request: FastifyRequest, to: Forwarding): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), to.ms + tellMs);
  return ask(service, request, to, late.signal).finally(() => clearTimeout(timer));
}

type Signing = Pick<Service, 'sealer'>;

/** The successful answer to a request that is sent on with the key of its caller. */
async function ask(
  { sealer }: Signing,
  request: FastifyRequest,
  { address, origin, unknown }: Forwarding,
  signal: AbortSignal,
): Promise<Response> {
  const { authorization } = request.headers;
  const { method, url, body } = request;
  const headers = {
    ...forwardMark(sealer, request),
    'x-request-id': request.id,
    ...(origin.traceparent !== null && { traceparent: origin.traceparent }),
    ...(authorization !== undefined && { authorization }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const sent = fetch(address + url, {
    ...{ method, headers, signal, redirect: 'error' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await sent.catch((error: Error) => {
    const isSent = !unreached.has((error.cause as NodeJS.ErrnoException | undefined)?.code);
    throw new Problem(isSent ? unknown : 'session-elsewhere', undefined, { cause: error });
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as Partial<ProblemBody>;
  if (problem.code === undefined || !(problem.code in problems)) throw new Problem(unknown);
  const retryAfterSeconds = Number(answer.headers.get('retry-after'));
  throw new Problem(problem.code as ProblemCode, problem.detail, {
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    explained: problem.cause ?? null,
  });
}
