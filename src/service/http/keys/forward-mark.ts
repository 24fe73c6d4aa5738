import type { FastifyRequest } from 'fastify';
import type { Sealer } from '../../sealer.ts';

/** Marks a request that another instance forwarded: it goes no further. */
const header = 'wwebjs-canary-forwarded';

/** How far the clocks of two instances may differ, in milliseconds; a mark that is older proves nothing. */
const validMs = 60_000;

/** The header of a request that this instance forwards unchanged. */
export function forwardMark(sealer: Sealer, request: FastifyRequest): Record<string, string> {
  const at = Date.now();
  return { [header]: `${at}.${sealer.sign(markedText(request, at))}` };
}

/** True for a request that names itself as forwarded, by whatever caller. */
export function isMarked({ headers }: FastifyRequest): boolean {
  return headers[header] !== undefined;
}

/** True for a request that an instance with the same keys forwarded: that instance has counted it. */
export function isForwarded(sealer: Sealer, request: FastifyRequest): boolean {
  const [at, signature] = String(request.headers[header] ?? '').split('.', 2);
  if (signature === undefined || Math.abs(Date.now() - Number(at)) > validMs) return false;
  return sealer.isSigned(markedText(request, Number(at)), signature);
}

function markedText({ method, url, headers }: FastifyRequest, at: number): string {
  return [at, method, url, headers.authorization ?? ''].join('\n');
}
