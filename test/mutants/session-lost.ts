import { join } from 'node:path';
import { flow, linkByQr } from '../../src/runner/flow.ts';

/** As `restore-to-ready`, but nothing of the session is kept when the client goes down. */
export default flow(
  'restore-to-ready',
  async (context) => {
    await linkByQr(context);
    await context.client.restart();
    await context.client.authenticated();
  },
  { auth: join(import.meta.dirname, 'no-auth.cjs') },
);
