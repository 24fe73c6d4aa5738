import { fileURLToPath } from 'node:url';
import { flow, linkByQr } from '../src/runner/flow.ts';

/**
 * The library's RemoteAuth first saves a session one minute after `ready`. The time scale must leave at least the 6 s that
 * Chromium takes to write localStorage to disk: an earlier copy holds no session.
 */
export default flow(
  'restore-to-ready@remote-auth',
  async (context) => {
    const { client, phone, probe } = context;
    await linkByQr(context);
    await client.saved();
    await client.restart();
    await client.authenticated();
    await client.ready();
    await probe(client, phone);
  },
  { auth: fileURLToPath(new URL('./auth/remote-with-file-store.cjs', import.meta.url)), timeScale: 0.12 },
);
