import { condition } from './condition.ts';

/**
 * All reports say that the link was ended from outside of the page (`logout_from_bridge`), so neither page nor library did. They disagree on
 * why: in the first ones a click on the dialog kept the session, in the later ones it did not, and not reading the status history right after
 * `ready` did. So it is no consequence of the dialog by itself.
 */
export const unclosedDialog = condition({
  name: 'unclosed-dialog',
  what: 'The phone removes a device that was just linked, unless the dialog that tells what is new was closed; with the switch whats-new-dialog=true.',
  sources: ['rmyndharis/OpenWA#982', 'rmyndharis/OpenWA#998', 'rmyndharis/OpenWA#1040'],
  confidence: 'reported',
  options: { seconds: 300 },
  page: ({ seconds }, timeScale) => ({ removedUnlessClosedMs: seconds * 1000 * timeScale }),
});
