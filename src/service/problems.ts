interface ProblemEntry {
  status: number;
  /** What it means, for people; the same for every occurrence. */
  title: string;
}

/** Every code that an answer of the service can carry; `docs/service-problems.md` lists the same ones. */
export const problems = {
  'invalid-request': { status: 400, title: 'A field of the request is missing, unknown or wrong.' },
  unauthorized: { status: 401, title: 'The API key is missing, unknown or expired.' },
  forbidden: { status: 403, title: 'The scope of the API key does not allow this.' },
  'not-found': { status: 404, title: 'There is no such address.' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method; `Allow` says which it does.' },
  'workspace-unknown': { status: 404, title: 'There is no such workspace.' },
  'account-unknown': { status: 404, title: 'There is no such account in this workspace.' },
  'body-too-large': { status: 413, title: 'The body of the request is too large.' },
  'unsupported-media-type': { status: 415, title: 'The body of the request must be JSON.' },
  'number-contested': { status: 409, title: 'The number is being linked by somebody else at this moment; try again.' },
  'account-not-active': { status: 409, title: 'The account is inactive or failed; link the number again.' },
  'key-unknown': { status: 404, title: 'There is no such API key.' },
  'code-unknown': { status: 404, title: 'The account shows no code to scan at this moment.' },
  'webhook-unknown': { status: 404, title: 'There is no such webhook in this workspace.' },
  'delivery-unknown': { status: 404, title: 'There is no such dead letter of this webhook.' },
  'rollout-unknown': { status: 404, title: 'There is no such rollout.' },
  'rollout-active': { status: 409, title: 'Another rollout is going on; finish it or roll it back first.' },
  'rollout-over': { status: 409, title: 'The rollout is finished or rolled back.' },
  'rollout-moved': { status: 409, title: 'The rollout has moved since this was decided; look at it again.' },
  'library-unavailable': { status: 422, title: 'This version of whatsapp-web.js cannot be installed.' },
  'session-not-connected': { status: 409, title: 'The session of the account is not connected.' },
  'session-elsewhere': {
    status: 409,
    title: 'Another instance runs the session and did not take the text in time; it is not sent.',
  },
  'key-expired': { status: 409, title: 'The API key has expired; make a new one.' },
  'key-is-last': { status: 409, title: 'This is the last admin key; make another one first.' },
  'request-in-progress': { status: 409, title: 'The first request with this idempotency key has not ended yet.' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for another request.' },
  'webhook-address-refused': { status: 422, title: 'Webhooks may not reach private addresses.' },
  'send-unknown': {
    status: 504,
    title:
      'The library was given the text and did not answer in time: it may have been sent. Look before it is sent again.',
  },
  'send-failed': { status: 502, title: 'The library could not send the message.' },
  internal: { status: 500, title: 'The service failed; the log has the details under the request id.' },
  'database-unreachable': {
    status: 503,
    title: 'The database does not answer, or refuses all work; nothing was lost, try again.',
  },
  'instance-full': { status: 503, title: 'This instance runs as many sessions as it may; ask another one.' },
  starting: { status: 503, title: 'This instance has not taken on work yet; ask another one.' },
  stopping: { status: 503, title: 'This instance is stopping; ask another one.' },
} as const satisfies Record<string, ProblemEntry>;
export type ProblemCode = keyof typeof problems;

/** Something that the caller of the service is told, as a problem with a stable code (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string = problems[code].title, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}
