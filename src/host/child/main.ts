/** The host process: loads one library version, drives one client, tells the parent everything that happens. */
import { createBirpc } from 'birpc';
import type { HostCalls, HostReports } from '../../contracts/host.ts';
import { plainError } from './plain-value.ts';
import { createReport } from './report.ts';
import { Session } from './session.ts';

/** Ends something at its deadline, which `set` moves. Without a call to `set` it has no end. */
class LifeSpan {
  readonly #end: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(end: () => void) {
    this.#end = end;
  }

  /** From now on `ms` milliseconds are left. */
  set(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, ms);
  }
}

const session = new Session(createReport((event) => rpc.seen.asEvent(event)));
/** How long the last word may take to leave the process, in milliseconds. */
const lastWordMs = 50;
const lifeSpan = new LifeSpan(() => {
  session.report({ type: 'host:expired', detail: null });
  session.killBrowser();
  // No parent is left to end a process that hangs at its exit, as process.exit() can (nodejs/node#54918).
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastWordMs);
});

const rpc = createBirpc<HostReports, HostCalls>(
  {
    load: (packageDir) => session.load(packageDir),
    start: (spec) => session.start(spec),
    sessionFacts: () => session.sessionFacts(),
    pageFacts: () => session.pageFacts(),
    heapSizes: () => session.heapSizes(),
    snapshot: (screenshot) => session.snapshot(screenshot),
    requestCode: (number) => session.requestCode(number),
    sendText: (to, body) => session.sendText(to, body),
    call: (call) => session.objects.call(call),
    callOnce: (call) => session.objects.callOnce(call),
    ownerOf: async (on, method) => session.objects.ownerOf(on, method),
    event: (name, match) => session.objects.event(name, match),
    logout: () => session.logout(),
    destroy: () => session.destroy(),
    liveFor: (ms) => lifeSpan.set(ms),
  },
  {
    // The deadlines are the parent's: a call that never returns is a finding there.
    timeout: -1,
    post: (message) => process.send?.(message),
    on: (listener) => process.on('message', listener),
  },
);

/** The library can cause warnings only here: Node writes them to standard error besides. */
process.on('warning', ({ name, message, stack = '' }) => {
  session.report({ type: 'host:warning', detail: { name, message, stack } });
});

/** Reports the reason to the parent, then ends the process as Node does by default. */
process.on('uncaughtException', (error, origin) => {
  const type = origin === 'unhandledRejection' ? 'host:unhandled-rejection' : 'host:uncaught-exception';
  session.report({ type, detail: plainError(error) });
  console.error(error);
  process.exitCode = 1;
  process.disconnect?.();
});

/** The parent is gone, or the lines above have sent the last message: no other code would end the browser. */
process.on('disconnect', () => {
  session.killBrowser();
  if (process.exitCode === undefined) process.kill(process.pid, 'SIGKILL');
  process.exit();
});
