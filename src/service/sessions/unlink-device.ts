import type { Deadlines } from './deadlines.ts';
import { logOut } from './log-out.ts';
import { endOf } from './session-end.ts';
import type { OpenSessionHost, SessionHostSpec } from './session-host.ts';
import { SessionInbox } from './session-inbox.ts';

/** Far more often than leases are renewed. */
const extendEveryMs = 1_000;

/**
 * Starts a session only to log it out, so that the phone lists its device no more. The host is gone when it returns.
 *
 * @returns true when the device is unlinked, by this or by the phone before.
 * @throws what `openHost` throws.
 */
export async function unlinkDevice(
  spec: Omit<SessionHostSpec, 'onSeen' | 'pairWith'>,
  openHost: OpenSessionHost,
  deadlines: Deadlines,
): Promise<boolean> {
  const inbox = new SessionInbox();
  const host = await openHost({ ...spec, pairWith: null, onSeen: (event) => inbox.push(event) });
  inbox.expect('unlink:late', deadlines.startMs + deadlines.readyMs);
  const extending = setInterval(() => host.liveFor(spec.restMs()), extendEveryMs);
  const late = () => inbox.tell('unlink:late');
  spec.signal.addEventListener('abort', late);
  if (spec.signal.aborted) late();
  try {
    while (true) {
      const { type, detail } = await inbox.next();
      if (type === 'unlink:late') return false;
      // Where a code is shown, no device is linked any more.
      if (['client:qr', 'client:code', 'host:code'].includes(type)) return true;
      if (type === 'client:ready') return await logOut(host, deadlines, deadlines.readyMs);
      const end = endOf(type, detail, false);
      if (end) return end.kind === 'dead';
    }
  } finally {
    inbox.expectNothing();
    clearInterval(extending);
    await host.kill();
  }
}
