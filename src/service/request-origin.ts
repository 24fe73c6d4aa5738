import { randomUUID } from 'node:crypto';

/** The request that something is done for. It joins the log lines and the spans of all instances. */
export interface RequestOrigin {
  /** Its id: `X-Request-Id` of the caller, or one that was made up. */
  request: string | null;
  /** Its span as W3C Trace Context; null without tracing. */
  traceparent: string | null;
}

/** Of what the service does by itself. */
export const noOrigin: RequestOrigin = { request: null, traceparent: null };

interface OriginColumns {
  request_id: string | null;
  traceparent: string | null;
}

export function originOf({ request_id: request, traceparent }: OriginColumns): RequestOrigin {
  return { request, traceparent };
}

export function originColumns({ request, traceparent }: RequestOrigin): OriginColumns {
  return { request_id: request, traceparent };
}

const accepted = /^[\w.:-]{1,64}$/;
/** The hexadecimal digits of a random id can be seven decimal ones in a row by chance. */
const random = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const maybeNumber = /\d{7}/;

/** The id of a request: that of the caller where it is short, of plain characters and no phone number, else a random one. */
export function requestIdOf(given: unknown): string {
  const isFine = typeof given === 'string' && accepted.test(given) && (random.test(given) || !maybeNumber.test(given));
  return isFine ? given : randomUUID();
}
