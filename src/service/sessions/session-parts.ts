import type { LinkCodes } from '../accounts/link-codes.ts';
import type { Unlinks } from '../accounts/unlinks.ts';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import type { Leases } from '../leases/leases.ts';
import type { CanaryProbes } from './canary-probes.ts';
import type { Launches, Slots } from './launches.ts';
import type { ProfilesOfSessions } from './profiles-of-sessions.ts';
import type { SessionStarts } from './session-starts.ts';
import type { SessionsOptions } from './sessions-options.ts';

/** What the sessions of one instance work with; `Sessions` makes it once. */
export interface SessionParts extends Omit<SessionsOptions, 'slots'> {
  leases: Leases;
  keeper: LeaseKeeper;
  slots: Slots;
  launches: Launches;
  starts: SessionStarts;
  probes: CanaryProbes;
  linkCodes: LinkCodes;
  unlinks: Unlinks;
  profiles: ProfilesOfSessions;
}
