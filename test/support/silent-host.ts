import type { OpenSessionHost } from '../../src/service/sessions/session-host.ts';

/** Hosts that start and then do nothing: for tests of everything around sessions. */
export const silentHosts: OpenSessionHost = async () => ({
  sessionFacts: async () => ({ state: null, wid: null }),
  requestCode: async () => {},
  sendText: async () => null,
  logout: async () => {},
  destroy: async () => {},
  liveFor: () => {},
  kill: async () => {},
});
