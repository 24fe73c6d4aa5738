import type { SessionFacts } from '../contracts/host.ts';

/** State of the page's socket when its codes are used up and it shows a button for new ones. */
const idle = 'UNPAIRED_IDLE';

/** States of the page's socket before a scan. */
const unscanned: ReadonlySet<string> = new Set(['UNPAIRED', idle]);

/** States in which the page tries to reach its servers: `WAState` of the library. */
const unreached: ReadonlySet<string> = new Set(['OPENING', 'TIMEOUT', 'PROXYBLOCK']);

/** The wid of a session that is connected, and the digits of its number; null where it is not connected or does not know its number. */
export function connectedAs(facts: SessionFacts | null): { wid: string; phone: string } | null {
  const phone = /^(\d{7,15})(?::\d+)?@/.exec(facts?.wid ?? '')?.[1];
  return facts?.wid && phone && facts.state === 'CONNECTED' ? { wid: facts.wid, phone } : null;
}

/**
 * Whether the page is known to be past its codes. That no new code comes does not prove it: 1.34.7 shows six and then none, scanned or
 * not.
 */
export function hasLeftCodes(facts: SessionFacts | null): boolean {
  return facts?.socket != null && !waitsForScan(facts);
}

/** Whether the page is known to wait for a scan. */
export function waitsForScan(facts: SessionFacts | null): boolean {
  return unscanned.has(facts?.socket ?? '');
}

/** Whether the page is known to show no QR code, though it waits for a scan. */
export function showsNoCode(facts: SessionFacts | null): boolean {
  return facts?.socket === idle;
}

/** Whether the page is known to have no connection to its servers. */
export function isOffline(facts: SessionFacts | null): boolean {
  return unreached.has(facts?.socket ?? facts?.state ?? '');
}

/** The WhatsApp Web build that a page says it is; null where it says none, or what cannot be a build. */
export function buildOf(said: string | null): string | null {
  return said !== null && /^[\w.-]{1,64}$/.test(said) ? said : null;
}
