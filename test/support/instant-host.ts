import type { OpenSessionHost } from '../../src/service/sessions/session-host.ts';

/**
 * Sessions that are linked and connected as soon as they are started, each with a number of its own, and then do nothing but
 * answer: for tests of an instance that runs very many.
 */
export function instantHosts(): OpenSessionHost {
  const wids = new Map<string, string>();
  return async ({ lease, onSeen }) => {
    const { session } = lease.ids;
    const wid = wids.get(session) ?? `${15_570_000_000 + wids.size}@c.us`;
    wids.set(session, wid);
    for (const type of ['client:authenticated', 'client:ready'] as const)
      onSeen({ at: Date.now(), type, detail: null });
    return {
      sessionFacts: async () => ({ state: 'CONNECTED', wid }),
      requestCode: async () => {},
      sendText: async () => null,
      logout: async () => {},
      destroy: async () => {},
      liveFor: () => {},
      kill: async () => {},
    };
  };
}
