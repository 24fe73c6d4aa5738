import type { CallCause } from '../contracts/service-calls.ts';

interface ProblemEntry {
  status: number;
  /** The meaning, for people; the same for every occurrence. */
  title: string;
}

/** Every error code of the service; `docs/service-problems.md` lists the same ones. */
export const problems = {
  'invalid-request': { status: 400, title: 'A field of the request is missing, unknown or wrong.' },
  unauthorized: { status: 401, title: 'The API key is missing, unknown or expired.' },
  forbidden: { status: 403, title: 'The scope of the API key does not allow this.' },
  'not-found': { status: 404, title: 'There is no such address.' },
  'method-not-allowed': {
    status: 405,
    title: 'The address does not support this method; `Allow` lists those it supports.',
  },
  'workspace-unknown': { status: 404, title: 'There is no such workspace.' },
  'account-unknown': { status: 404, title: 'There is no such account in this workspace.' },
  'headers-too-large': { status: 431, title: 'The headers of the request are too large.' },
  'request-timeout': { status: 408, title: 'The request was not complete within 30 seconds.' },
  'too-many-requests': {
    status: 429,
    title:
      'Too many requests from this address, with this API key or for this workspace; `Retry-After` says when to continue.',
  },
  'body-too-large': { status: 413, title: 'The body of the request is too large.' },
  'unsupported-media-type': { status: 415, title: 'The body of the request must be JSON.' },
  'quota-reached': { status: 409, title: 'A quota of the workspace is reached.' },
  'number-contested': { status: 409, title: 'Another request is linking the number at this moment; try again.' },
  'account-not-active': { status: 409, title: 'The account is inactive or failed; link the number again.' },
  'proxy-unknown': { status: 409, title: 'The account has no proxy.' },
  'proxy-address-refused': { status: 422, title: 'Proxies may not be in private networks.' },
  'older-instance': {
    status: 409,
    title: 'An instance of an older version, which does not know what was requested, still works on this database.',
  },
  'key-unknown': { status: 404, title: 'There is no such API key.' },
  'code-unknown': { status: 404, title: 'The account shows no code to scan at this moment.' },
  'webhook-unknown': { status: 404, title: 'There is no such webhook in this workspace.' },
  'delivery-unknown': { status: 404, title: 'There is no such dead letter of this webhook.' },
  'instance-unknown': { status: 404, title: 'There is no such instance, or it has stopped.' },
  'rollout-unknown': { status: 404, title: 'There is no such rollout.' },
  'rollout-active': { status: 409, title: 'Another rollout is active; finish it or roll it back first.' },
  'rollout-over': { status: 409, title: 'The rollout is finished or rolled back.' },
  'rollout-moved': { status: 409, title: 'The rollout has moved since this decision; read it again.' },
  'library-unavailable': { status: 422, title: 'This version of whatsapp-web.js cannot be installed.' },
  'session-not-connected': { status: 409, title: 'The session of the account is not connected.' },
  'session-elsewhere': {
    status: 409,
    title: 'Another instance runs the session and did not accept the request in time; nothing was done.',
  },
  'key-expired': { status: 409, title: 'The API key has expired; make a new one.' },
  'key-is-last': { status: 409, title: 'This is the last admin key; make another admin key first.' },
  'request-in-progress': { status: 409, title: 'The first request with this idempotency key has not ended yet.' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for another request.' },
  'webhook-address-refused': { status: 422, title: 'Webhooks may not reach private addresses.' },
  'send-unknown': {
    status: 504,
    title:
      'The library got the text and did not answer in time: the text may have been sent. Check before you send it again.',
  },
  'send-failed': { status: 502, title: 'The library could not send the message.' },
  'method-refused': { status: 422, title: 'The service does this by itself; the detail names what to use.' },
  'method-forbidden': { status: 403, title: 'The API key may not call this method.' },
  'method-unknown': { status: 422, title: 'The library version that hosts the account has no such method.' },
  'arguments-wrong': { status: 422, title: 'The method does not take these arguments.' },
  'event-unknown': { status: 422, title: 'The library version that hosts the account has no such event.' },
  'event-forbidden': { status: 403, title: 'The API key may not follow this event.' },
  'event-refused': { status: 422, title: 'No program may follow this event; the detail names what to use.' },
  'object-unknown': { status: 404, title: 'The library knows no message, chat or contact with this id.' },
  'media-unknown': {
    status: 404,
    title: 'There is no such file of an answer any more; each is there once, for five minutes.',
  },
  'media-unavailable': { status: 422, title: 'The file cannot be downloaded from its address.' },
  'call-failed': {
    status: 502,
    title: 'The library or its page threw; the detail has its words, and `cause` says why.',
  },
  'call-unknown': {
    status: 504,
    title: 'The call did not end in time: it may have had its effect. Check before you repeat it.',
  },
  internal: { status: 500, title: 'The service failed; the log has the details under the request id.' },
  'database-unreachable': {
    status: 503,
    title: 'The database does not answer, or refuses all work. Nothing was lost; try again.',
  },
  overloaded: { status: 503, title: 'This instance is overloaded; try again after `Retry-After`.' },
  'instance-full': { status: 503, title: 'This instance is at its limit of sessions; use another instance.' },
  starting: { status: 503, title: 'This instance is still starting; use another instance.' },
  draining: { status: 503, title: 'This instance drains and takes no new session; use another instance.' },
  stopping: { status: 503, title: 'This instance is shutting down; use another instance.' },
} as const satisfies Record<string, ProblemEntry>;
export type ProblemCode = keyof typeof problems;

export interface ProblemOptions extends ErrorOptions {
  /** When a repetition can succeed. */
  retryAfterSeconds?: number;
  /** Why a call failed, as canaries explain it. */
  explained?: CallCause | null;
}

/** An error that the caller of the service receives, as a problem with a stable code (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | null;
  readonly explained: CallCause | null;

  constructor(code: ProblemCode, detail: string = problems[code].title, options: ProblemOptions = {}) {
    super(detail, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.explained = options.explained ?? null;
  }
}
