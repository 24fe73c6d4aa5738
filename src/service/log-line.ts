/** Every event of the log and its meaning; `docs/service.md` lists the same ones. */
export const logEvents = {
  'set-up': 'A browser or a library version is being installed.',
  started: 'The instance listens on its port and claims sessions from now on.',
  listening: 'The address of the instance, in `url`.',
  stopping: 'Graceful shutdown began: sessions are being closed.',
  stopped: 'Graceful shutdown is complete.',
  authenticated: 'The login of a session was accepted, `ms` after its start.',
  connected: 'A session is ready, `ms` after its start.',
  ended: 'This instance no longer runs the session. `end`: see below.',
  'host-died': 'A host process ended by itself, with as many `sessions`; each has its own line.',
  'session-trouble': 'The service itself failed while running a session: a bug, or the database refuses work.',
  unlinked: 'The device of an ended account was removed from the phone.',
  'unlink-failed': 'It was not removed; `triesLeft` tries are left.',
  profile: 'A profile could not be saved for other machines; the previous save stays.',
  'message-lost': 'A message that arrived while the database was unreachable will not reach webhooks.',
  rollout: 'The judge decided on the rollout: `decision`, `reason`.',
  'rollout-trouble': 'The rollout could not be judged; it holds and will be judged again.',
  'database-trouble': 'The database does not answer, or refuses all work: `/readyz` reports not ready. Logged once.',
  'database-answers': 'The database answers again.',
  'work-failed': 'Recurring work of the instance (`work`) failed for another reason. Logged once per message.',
  'work-goes-on': 'The `work` succeeds again.',
  write: 'A write was answered: which API key (`key`) requested what.',
  'key-rejected':
    'API keys were rejected: `reason`, how many since the line before (`count`), and the `address` of the last. At most one line per reason in ten seconds.',
  trouble: 'The service or the library could not fulfil a request; `request` is the `instance` of the problem.',
} as const;
export type LogEvent = keyof typeof logEvents;

/** One line of the log. Never holds a code to scan, a phone number or the text of a message. */
export interface LogLine {
  event: LogEvent;
  [field: string]: string | number | boolean | null;
}
