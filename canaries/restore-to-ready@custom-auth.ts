import { fileURLToPath } from 'node:url';
import { flow } from '../src/runner/flow.ts';
import restoreToReady from './restore-to-ready.ts';

/** With a strategy that moves the whole profile elsewhere while no browser uses it. */
export default flow('restore-to-ready@custom-auth', restoreToReady.body, {
  auth: fileURLToPath(new URL('./auth/kept-profile.cjs', import.meta.url)),
});
