import { condition } from './condition.ts';

/**
 * The reports disagree: in the first ones a click on the dialog kept the session, in the later ones it did not, and not reading the status
 * history right after `ready` did. So it is no consequence of the dialog by itself.
 */
export const unclosedDialog = condition({
  name: 'unclosed-dialog',
  what: 'A device that was just linked is logged out, unless the dialog that tells what is new was closed; with the switch whats-new-dialog=true.',
  sources: ['rmyndharis/OpenWA#982', 'rmyndharis/OpenWA#998', 'rmyndharis/OpenWA#1040'],
  confidence: 'reported',
  options: { seconds: 300 },
  page: ({ seconds }, timeScale) => ({ logoutUnlessClosedMs: seconds * 1000 * timeScale }),
});
