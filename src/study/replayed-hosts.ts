import type { SeenEvent } from '../contracts/host.ts';
import type { OpenSessionHost, SessionHost, SessionHostSpec } from '../service/sessions/session-host.ts';

/** A host without a process: it says what the replay lets it say. */
export class ReplayedHost implements SessionHost {
  readonly spec: SessionHostSpec;
  readonly #phone: string;

  constructor(spec: SessionHostSpec, phone: string) {
    this.spec = spec;
    this.#phone = phone;
  }

  get account(): string {
    return this.spec.lease.ids.account;
  }

  says(type: string): void {
    const event: SeenEvent = { at: 0, type, detail: null, secret: 'replayed' };
    this.spec.onSeen(event);
  }

  async sessionFacts() {
    return { state: 'CONNECTED', wid: `${this.#phone}@c.us` };
  }

  async sendText(): Promise<null> {
    return null;
  }

  async logout(): Promise<void> {}
  async destroy(): Promise<void> {}
  liveFor(): void {}
  async kill(): Promise<void> {}
}

/** Hosts whose sessions are told apart by account. `opened` is called before the session hears anything. */
export function replayedHosts(
  phoneOf: (account: string) => string,
  opened: (host: ReplayedHost) => void,
): OpenSessionHost {
  return async (spec) => {
    const host = new ReplayedHost(spec, phoneOf(spec.lease.ids.account));
    opened(host);
    return host;
  };
}
