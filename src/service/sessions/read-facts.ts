import type { SessionFacts } from '../../contracts/host.ts';
import { within } from './within.ts';

/** State of the page's socket when its codes are used up and it shows a button for new ones. */
const idle = 'UNPAIRED_IDLE';

/** States of the page's socket while nobody has scanned. */
const unscanned: ReadonlySet<string> = new Set(['UNPAIRED', idle]);

/** What a page says of its session; null where it does not answer within `ms` milliseconds. */
export function factsInTime(ask: () => Promise<SessionFacts>, ms: number): Promise<SessionFacts | null> {
  return within(ms, ask).catch(() => null);
}

/** The wid of a session that is connected, and the digits of its number; null where it is not connected or does not know its number. */
export function connectedAs(facts: SessionFacts | null): { wid: string; phone: string } | null {
  const phone = /^(\d{7,15})(?::\d+)?@/.exec(facts?.wid ?? '')?.[1];
  return facts?.wid && phone && facts.state === 'CONNECTED' ? { wid: facts.wid, phone } : null;
}

/**
 * Whether the page is known to be past its codes. That no new code comes does not say so: 1.34.7 shows six and then none, whether
 * somebody scans or not.
 */
export function hasLeftCodes(facts: SessionFacts | null): boolean {
  return facts?.socket != null && !waitsForScan(facts);
}

/** Whether the page is known to wait for a scan. */
export function waitsForScan(facts: SessionFacts | null): boolean {
  return unscanned.has(facts?.socket ?? '');
}

/** The WhatsApp Web build that a page says it is; null where it says none, or what cannot be a build. */
export function buildOf(said: unknown): string | null {
  return typeof said === 'string' && /^[\w.-]{1,64}$/.test(said) ? said : null;
}

/** Whether the page is known to show no QR code, though it waits for one to be scanned. */
export function showsNoCode(facts: SessionFacts | null): boolean {
  return facts?.socket === idle;
}
