import type { HostEvent, Untimed } from '../contracts/host-events.ts';
import type { OpenSessionHost, SessionHost, SessionHostSpec } from '../service/sessions/session-host.ts';

const error = { message: 'replayed', stack: '' };

/** What a replay lets a host say. */
const sayings = {
  'client:qr': { type: 'client:qr', detail: { length: 8, fields: 1, sha256: '' }, secret: 'replayed' },
  'client:authenticated': { type: 'client:authenticated', detail: null },
  'client:ready': { type: 'client:ready', detail: null },
  'client:auth_failure': { type: 'client:auth_failure', detail: [] },
  'client:disconnected': { type: 'client:disconnected', detail: [] },
  'host:error': { type: 'host:error', detail: { during: 'initialize', ...error } },
  'host:exited': { type: 'host:exited', detail: { code: null, signal: null } },
  'browser:disconnected': { type: 'browser:disconnected', detail: null },
} as const satisfies Record<string, Untimed>;
export type Saying = keyof typeof sayings;

/** A host without a process: the replay sends its events. */
export class ReplayedHost implements SessionHost {
  readonly spec: SessionHostSpec;
  readonly #phones: ReadonlyMap<string, string>;

  constructor(spec: SessionHostSpec, phones: ReadonlyMap<string, string>) {
    this.spec = spec;
    this.#phones = phones;
  }

  get account(): string {
    return this.spec.lease.ids.account;
  }

  says(saying: Saying): void {
    const event: HostEvent = { at: 0, ...sayings[saying] };
    this.spec.onSeen(event);
  }

  async sessionFacts() {
    return { state: 'CONNECTED', wid: `${this.#phones.get(this.account)}@c.us` };
  }

  async requestCode(): Promise<void> {}

  async sendText(): Promise<null> {
    return null;
  }

  async logout(): Promise<void> {}
  async destroy(): Promise<void> {}
  liveFor(): void {}
  async kill(): Promise<void> {}
}

/**
 * Hosts without events of their own.
 *
 * @param phones the number of each account, set at the latest when its session is ready.
 * @param opened called before the session receives any event.
 */
export function replayedHosts(
  phones: ReadonlyMap<string, string>,
  opened: (host: ReplayedHost) => void,
): OpenSessionHost {
  return async (spec) => {
    const host = new ReplayedHost(spec, phones);
    opened(host);
    return host;
  };
}
