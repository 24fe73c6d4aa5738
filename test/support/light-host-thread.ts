/** The thread of `lightHostsInThread`; `workerData` has the options of its hosts. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { SessionFacts } from '../../src/contracts/host.ts';
import type { HostEvent, PlainValue } from '../../src/contracts/host-events.ts';
import type { SessionHost, SessionHostSpec } from '../../src/service/sessions/session-host.ts';
import { lightHosts } from './light-host.ts';

/** Each call names its host by a number. */
export interface ThreadCalls {
  open(id: number, folder: string): Promise<void>;
  sessionFacts(id: number): Promise<SessionFacts>;
  requestCode(id: number): Promise<void>;
  sendText(id: number, to: string, body: string): Promise<PlainValue>;
  logout(id: number): Promise<void>;
  destroy(id: number): Promise<void>;
  liveFor(id: number, ms: number): void;
  kill(id: number): Promise<void>;
}

export interface ThreadReports {
  seen(id: number, event: HostEvent): void;
}

const port = parentPort as MessagePort;
const open = lightHosts(workerData);
const hosts = new Map<number, SessionHost>();
const host = (id: number) => hosts.get(id) as SessionHost;

const parent = createBirpc<ThreadReports, ThreadCalls>(
  {
    async open(id, folder) {
      const onSeen = (event: HostEvent) => void parent.seen.asEvent(id, event);
      // A light host uses nothing else of what a session has.
      hosts.set(id, await open({ folder, onSeen } as SessionHostSpec));
    },
    sessionFacts: (id) => host(id).sessionFacts(),
    requestCode: (id) => host(id).requestCode(''),
    sendText: (id, to, body) => host(id).sendText(to, body),
    logout: (id) => host(id).logout(),
    destroy: (id) => host(id).destroy(),
    liveFor: (id, ms) => host(id).liveFor(ms),
    async kill(id) {
      await host(id).kill();
      hosts.delete(id);
    },
  },
  { post: (data) => port.postMessage(data), on: (receive) => void port.on('message', receive), timeout: -1 },
);
