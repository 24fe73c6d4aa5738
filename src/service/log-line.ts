export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Every event of the log with its level and its meaning; `docs/service.md` lists the same ones. */
export const logEvents = {
  'set-up': { level: 'info', meaning: 'A browser or a library version is being installed.' },
  started: { level: 'info', meaning: 'The instance listens on its port and claims sessions from now on.' },
  listening: { level: 'info', meaning: 'The address of the instance, in `url`.' },
  'drain-began': {
    level: 'info',
    meaning: 'The instance drains: it takes no new session, and its `sessions` move to other instances.',
  },
  'drain-waits': {
    level: 'warn',
    meaning: 'No other instance has room for the `sessions` that are left; they go on here meanwhile.',
  },
  'drain-done': { level: 'info', meaning: 'The instance drains and runs no session any more.' },
  'drain-ended': { level: 'info', meaning: 'The drain was ended: the instance takes sessions again.' },
  stopping: { level: 'info', meaning: 'Graceful shutdown began: sessions are being closed.' },
  stopped: { level: 'info', meaning: 'Graceful shutdown is complete.' },
  authenticated: { level: 'info', meaning: 'The login of a session was accepted, `ms` after its start.' },
  connected: { level: 'info', meaning: 'A session is ready, `ms` after its start.' },
  ended: { level: 'info', meaning: 'This instance no longer runs the session. `end`: see below.' },
  'host-died': {
    level: 'error',
    meaning: 'A host process ended by itself, with as many `sessions`; each has its own line.',
  },
  'session-trouble': {
    level: 'error',
    meaning: 'The service itself failed while running a session: a bug, or the database refuses work.',
  },
  unlinked: { level: 'info', meaning: 'The device of an ended account was removed from the phone.' },
  'unlink-failed': { level: 'warn', meaning: 'It was not removed; `triesLeft` tries are left.' },
  profile: { level: 'warn', meaning: 'A profile could not be saved for other machines; the previous save stays.' },
  'message-lost': {
    level: 'error',
    meaning: 'An event of the library could not be written: it will not reach webhooks, and streams report a gap.',
  },
  rollout: { level: 'info', meaning: 'The judge decided on the rollout: `decision`, `reason`.' },
  'rollout-trouble': { level: 'error', meaning: 'The rollout could not be judged; it holds and will be judged again.' },
  'database-trouble': {
    level: 'error',
    meaning: 'The database does not answer, or refuses all work: `/readyz` reports not ready. Logged once.',
  },
  'database-answers': { level: 'info', meaning: 'The database answers again.' },
  'work-failed': {
    level: 'error',
    meaning: 'Recurring work of the instance (`work`) failed for another reason. Logged once per message.',
  },
  'work-goes-on': { level: 'info', meaning: 'The `work` succeeds again.' },
  delivered: { level: 'debug', meaning: 'A delivery was accepted by its webhook.' },
  'delivery-failed': {
    level: 'warn',
    meaning:
      'It was not: `result` is the status or why there was no answer, `state` is `pending` while it is tried again, else `dead`.',
  },
  write: { level: 'info', meaning: 'A write was answered: which API key (`key`) requested what.' },
  'key-rejected': {
    level: 'warn',
    meaning:
      'API keys were rejected: `reason`, how many since the line before (`count`), and the `address` of the last. At most one line per reason in ten seconds.',
  },
  'tracing-trouble': { level: 'warn', meaning: 'Spans could not be exported. At most one line a minute.' },
  trouble: {
    level: 'error',
    meaning:
      'The service or the library could not fulfil a request; `request` is the `instance` of the problem. Calls that fail in the same way have at most one line in ten seconds, with their `count`; `cause` says why one failed.',
  },
} as const satisfies Record<string, { level: LogLevel; meaning: string }>;
export type LogEvent = keyof typeof logEvents;

/** One line of the log. Never holds a code to scan, a phone number or the text of a message. */
export interface LogLine {
  event: LogEvent;
  /** Where it is not the level of the event. */
  level?: LogLevel;
  [field: string]: string | number | boolean | null | undefined;
}

/** Writes lines of the log as JSON, those below the level `least` left out. */
export function logWriter(least: LogLevel, write: (text: string) => void): (line: LogLine) => void {
  return ({ event, level = logEvents[event].level, ...fields }) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
    write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
  };
}
