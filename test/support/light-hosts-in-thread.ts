import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { HostEvent } from '../../src/contracts/host-events.ts';
import type { OpenSessionHost } from '../../src/service/sessions/session-host.ts';
import type { LightHostOptions } from './light-host.ts';
import type { ThreadCalls, ThreadReports } from './light-host-thread.ts';

/**
 * Light hosts in a thread of their own: the event loop of the instance does what it does for hosts in processes, and none of the hosts' own
 * work.
 */
export function lightHostsInThread({ onLaunch, ...workerData }: LightHostOptions): OpenSessionHost {
  const worker = new Worker(new URL('./light-host-thread.ts', import.meta.url), { workerData });
  const sinks = new Map<number, (event: HostEvent) => void>();
  const thread = createBirpc<ThreadCalls, ThreadReports>(
    { seen: (id, event) => sinks.get(id)?.(event) },
    { post: (data) => worker.postMessage(data), on: (receive) => void worker.on('message', receive), timeout: -1 },
  );
  // A listener for messages keeps the process alive, too.
  worker.unref();
  let opened = 0;
  return async (spec) => {
    const id = ++opened;
    sinks.set(id, spec.onSeen);
    onLaunch?.('begin', spec);
    await thread.open(id, spec.folder).finally(() => onLaunch?.('end', spec));
    return {
      sessionFacts: () => thread.sessionFacts(id),
      requestCode: () => thread.requestCode(id),
      sendText: (to, body) => thread.sendText(id, to, body),
      logout: () => thread.logout(id),
      destroy: () => thread.destroy(id),
      liveFor: (ms) => void thread.liveFor.asEvent(id, ms),
      async kill() {
        await thread.kill(id);
        sinks.delete(id);
      },
    };
  };
}
