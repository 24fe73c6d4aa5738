/**
 * Why the status of an account changed, or why a session is started: the values of `status_cause`, `start_cause`, `cause`
 * and `code` in the tables. `docs/service.md` lists the same ones.
 */
export const causes = {
  'link-asked': 'Somebody asked for a link.',
  scanned: 'The code was scanned, or the saved login was accepted.',
  ready: 'The library reported ready.',
  superseded: 'The same number was linked again in the workspace.',
  'other-number': 'The code was scanned with a phone that has another number than was asked for.',
  'link-timeout': 'Nobody scanned a code in time.',
  'authenticated-timeout': 'The page was seen past its codes, so that one was scanned, and the login never came.',
  'logout-asked': 'Somebody asked for a logout.',
  'delete-asked': 'Somebody asked to delete the account.',
  'restore-asked': 'Somebody asked for a restoration.',
  'owner-lost': 'The instance that ran the session died or lost its lease.',
  'instance-stopped': 'The instance that ran the session was stopped in order.',
  rollout: 'The rollout moved the account to another library version.',
  control: 'A rollout restarted the session on the version it has, to compare the other one with it.',
  unlinked: 'The login is gone: the device was removed on the phone, or its profile is lost.',
  'auth-failure': 'The library reported an authentication failure.',
  disconnected: 'The library reported a disconnection.',
  'host-died': 'The process with the library ended by itself.',
  'browser-died': 'The browser ended by itself.',
  'page-hung': 'The page no longer answered.',
  'session-deaf': 'A canary account: its phone had a message that the session never told of.',
  'initialize-failed': 'The library could not start on the page.',
  'pairing-refused': 'The page gave no pairing code: the number may have no WhatsApp.',
  'ready-timeout': 'The login was accepted and ready never came.',
  'start-timeout': 'The page offered neither a code nor a login in time.',
  'library-failed': 'The library version could not be installed or loaded.',
  'service-failed': 'The service itself failed; its log says why.',
  'profile-unavailable': 'The saved profile cannot be had from the store.',
} as const;
export type Cause = keyof typeof causes;
