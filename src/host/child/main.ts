/** The host process: loads one library version, drives a client for each of its sessions, reports everything that happens. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createBirpc } from 'birpc';
import type { HostMessage, HostProcessCalls } from '../../contracts/host.ts';
import { giveBackMemory } from './heap-sizes.ts';
import { loadLibrary } from './load-library.ts';
import { plainError } from './plain-value.ts';
import { Seat } from './seat.ts';

/** How many sessions the process may have at a time; a session that is alone has the whole process. */
const mostSessions = Number(process.argv[2] ?? 1);
const isShared = mostSessions > 1;

// They were for the start of this process alone.
for (const name of Object.keys(process.env)) if (name.startsWith('MALLOC_')) delete process.env[name];

const seats = new Map<number, Seat>();

/** The session on whose behalf code runs, through promises, timers and the events of what the session opened. Only where several share. */
const current = new AsyncLocalStorage<Seat>();

function seatOf(session: number): Seat {
  const known = seats.get(session);
  if (known) return known;
  const seat = new Seat({
    post: (message) => post({ session, message }),
    isAlone: !isShared,
    onEnd: () => seats.delete(session),
  });
  seats.set(session, seat);
  return seat;
}

function post(message: HostMessage): void {
  process.send?.(message);
}

let hear: (message: unknown) => void = () => {};
createBirpc<object, HostProcessCalls>(
  {
    preload(packageDir) {
      loadLibrary(packageDir);
      giveBackMemory();
    },
  },
  {
    post: (message) => post({ session: 0, message }),
    on: (listener) => {
      hear = listener;
    },
  },
);

process.on('message', ({ session, message }: HostMessage) => {
  if (session === 0) hear(message);
  else if (isShared) current.run(seatOf(session), () => seatOf(session).hear(message));
  else seatOf(session).hear(message);
});

/** The sessions that something belongs to: the one on whose behalf the code runs, or all where that is not known. */
function concerned(): Iterable<Seat> {
  const seat = current.getStore();
  return seat ? [seat] : seats.values();
}

/** The library can cause warnings only here: Node writes them to standard error besides. */
process.on('warning', ({ name, message, stack = '' }) => {
  for (const seat of concerned()) seat.report({ type: 'host:warning', detail: { name, message, stack } });
});

/** Reports the reason to the parent, then ends the session that caused it, or the process as Node does by default. */
process.on('uncaughtException', (error, origin) => {
  const type = origin === 'unhandledRejection' ? 'host:unhandled-rejection' : 'host:uncaught-exception';
  for (const seat of concerned()) seat.report({ type, detail: plainError(error) });
  console.error(error);
  const culprit = current.getStore();
  if (culprit) culprit.end({ code: 1, signal: null });
  else {
    process.exitCode = 1;
    process.disconnect?.();
  }
});

/** The parent is gone, or the lines above have sent the last message: no other code would end the browsers. */
process.on('disconnect', () => {
  for (const seat of seats.values()) seat.killBrowser();
  if (process.exitCode === undefined) process.kill(process.pid, 'SIGKILL');
  process.exit();
});

if (isShared) {
  // Each client adds a listener or two of its own: this many more say nothing about a leak.
  for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(10 * mostSessions);
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (...args: unknown[]) =>
      current.getStore()?.print(name, args[0] as string | Uint8Array) ?? write(...args);
  }
}
