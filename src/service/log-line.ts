/** Every event that the log tells of, and what a line of it means; `docs/service.md` lists the same ones. */
export const logEvents = {
  'set-up': 'A browser or a library version is being installed.',
  started: 'The instance has its port and takes on sessions from now on.',
  listening: 'What it answers at, with its `url`.',
  stopping: 'It was told to stop: sessions are being closed.',
  stopped: 'Its last word.',
  authenticated: 'The login of a session was accepted, `ms` after its start.',
  connected: 'A session is ready, `ms` after its start.',
  ended: 'A session is not run here any more. `end`: see below.',
  'session-trouble': 'The service itself failed at a session; a bug, or a database that refuses.',
  unlinked: 'The device of an account that is over was removed from the phone.',
  'unlink-failed': 'It was not; it is tried `triesLeft` times more.',
  profile: 'A profile could not be saved for other machines; the one saved before stays.',
  'message-lost': 'A message that came while the database was away is not told to webhooks.',
  rollout: 'The judge decided about the rollout: `decision`, `reason`.',
  'rollout-trouble': 'The rollout could not be judged; it stays where it is and is judged again.',
  'database-trouble': 'The database does not answer, or refuses all work: `/readyz` says no. Told once.',
  'database-answers': 'It answers again.',
  'work-failed':
    'What the instance does again and again (`work`) failed for another reason. Told once for each message.',
  'work-goes-on': 'That `work` succeeds again.',
  write: 'A request that changes something was answered: who asked (`key`) for what.',
  trouble: 'The service or the library could not do what was asked; `request` is the `instance` of the problem.',
} as const;
export type LogEvent = keyof typeof logEvents;

/** One line about what happened: no code to scan, no number, no text of a message. */
export interface LogLine {
  event: LogEvent;
  [field: string]: string | number | boolean | null;
}
