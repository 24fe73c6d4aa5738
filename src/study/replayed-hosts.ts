import type { SeenEvent } from '../contracts/host.ts';
import type { OpenSessionHost, SessionHost, SessionHostSpec } from '../service/sessions/session-host.ts';

/** A host without a process: it says what the replay lets it say. */
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

  says(type: string): void {
    const event: SeenEvent = { at: 0, type, detail: null, secret: 'replayed' };
    this.spec.onSeen(event);
  }

  async sessionFacts() {
    return { state: 'CONNECTED', wid: `${this.#phones.get(this.account)}@c.us` };
  }

  async sendText(): Promise<null> {
    return null;
  }

  async logout(): Promise<void> {}
  async destroy(): Promise<void> {}
  liveFor(): void {}
  async kill(): Promise<void> {}
}

/**
 * Hosts that say nothing by themselves.
 *
 * @param phones the number of each account, known at the latest when its session is ready.
 * @param opened called before the session hears anything.
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
