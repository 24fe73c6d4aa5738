import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountBrowsers } from '../service/accounts/account-browsers.ts';
import { Accounts } from '../service/accounts/accounts.ts';
import { Links } from '../service/accounts/links.ts';
import { Leases } from '../service/leases/leases.ts';
import { Problem } from '../service/problems.ts';
import { Sealer } from '../service/sealer.ts';
import type { WorkspaceId } from '../service/session-ids.ts';
import { defaultDeadlines } from '../service/sessions/deadlines.ts';
import { Sessions } from '../service/sessions/sessions.ts';
import type { ServiceDatabase } from '../service/tables.ts';
import type { DeadlineName } from '../session/deadlines.ts';
import { type ReplayedHost, replayedHosts, type Saying } from './replayed-hosts.ts';

/** What happens to a session: its host says something, or a deadline of the service passes. */
export type Happening = Saying | 'start-timeout' | 'link-timeout' | 'ready-timeout';

const passing: Partial<Record<Happening, DeadlineName>> = {
  'start-timeout': 'start',
  'link-timeout': 'link',
  'ready-timeout': 'ready',
};

/** The service's events about a session. */
export type Heard = 'code' | 'authenticated' | 'connected' | 'ended';

/** The replay triggers the deadlines of the service in its own time; real timers must never fire first. */
const neverMs = 2 ** 31 - 1;
/** A replayed host has no page to close and no device to unlink; waiting for them would take real time. */
const closeMs = 0;
const deadlines = {
  ...defaultDeadlines,
  startMs: neverMs,
  linkMs: neverMs,
  readyMs: neverMs,
  watchEveryMs: neverMs,
  closeMs,
};
/** Browsers cost nothing here; the service itself claims few sessions at a time. */
const slots = 64;

export interface ReplayedInstanceOptions {
  database: ServiceDatabase;
  folder: string;
  library: string;
  /** The number of each account, for all instances of a replay. */
  phones: Map<string, string>;
  /** A session that the instance claimed by itself. */
  tookOn(host: ReplayedHost): Promise<void>;
}

/** One instance of the real service whose hosts are replayed. */
export class ReplayedInstance {
  readonly id = randomUUID();
  readonly #options: ReplayedInstanceOptions;
  readonly #sessions: Sessions;
  readonly #leases: Leases;
  readonly #hosts = new Map<string, ReplayedHost>();
  readonly #waiting = new Map<string, (heard: Heard) => void>();
  readonly #begun = new Map<string, (host: ReplayedHost) => void>();
  readonly #starting = new Set<Promise<void>>();
  #trouble: unknown = null;

  constructor(options: ReplayedInstanceOptions) {
    const { database, folder, library, phones } = options;
    this.#options = options;
    this.#leases = new Leases(database, this.id);
    const sealer = new Sealer([randomBytes(32)]);
    this.#sessions = new Sessions({
      database,
      sealer,
      browsers: new AccountBrowsers(database, sealer),
      instanceId: this.id,
      isDraining: () => false,
      accounts: new Accounts(database, this.id),
      links: new Links(database, this.id, () => {}),
      openHost: replayedHosts(phones, (host) => this.#opened(host)),
      deadlines,
      slots,
      folder,
      chooseLibrary: () => library,
      isControl: () => false,
      wasRolledBack: async () => false,
      onEvent: ({ account }, event) => {
        if (event.type === 'code') this.#heard(account, 'code');
        if (event.type === 'status') this.#heard(account, event.status);
      },
      onEnd: ({ ids }) => {
        this.#hosts.delete(ids.account);
        this.#heard(ids.account, 'ended');
      },
      prepareLibrary: async () => {},
      onUnlinked: () => {},
      vault: null,
      onUnsaved: () => {},
      onTrouble: (_ids, error) => {
        this.#trouble ??= error;
      },
    });
  }

  /** Starts a link. Returns null when the database refuses it as a duplicate. */
  async link(workspace: WorkspaceId, phone: string): Promise<ReplayedHost | null> {
    try {
      const { account } = await this.#sessions.link(workspace, { phone, pairing: false, libraryPin: null });
      this.#options.phones.set(account, phone);
      return this.#hosts.get(account) ?? (await new Promise((opened) => this.#begun.set(account, opened)));
    } catch (error) {
      if (error instanceof Problem && error.code === 'number-contested') return null;
      throw error;
    }
  }

  /**
   * Lets something happen to the session of an account, and waits for what comes of it.
   *
   * @returns true for the wanted effect, false when the session ended instead.
   * @throws every error of the service itself.
   */
  async tell(account: string, what: Happening, wanted: Heard): Promise<boolean> {
    const host = this.#hosts.get(account);
    if (!host) return false;
    const heard = new Promise<boolean>((resolve) => {
      this.#waiting.set(account, (said) => {
        if (said === wanted || said === 'ended') resolve(said === wanted);
      });
    });
    this.#happen(host, what);
    const isAsWanted = await heard;
    this.#waiting.delete(account);
    // A free slot makes the instance look for work, which must end before the clock moves on.
    await this.#sessions.takeOn();
    if (this.#trouble) throw this.#trouble;
    return isAsWanted;
  }

  #happen(host: ReplayedHost, what: Happening): void {
    const session = this.#sessions.hosted.find(({ spec }) => spec.lease === host.spec.lease);
    const deadline = passing[what];
    if (deadline) session?.passed(deadline);
    else host.says(what as Saying);
  }

  /** Renews the leases of all running sessions, as a live instance does in time. */
  async renew(): Promise<void> {
    await this.#leases.renew([...this.#hosts.values()].map(({ spec }) => spec.lease));
  }

  /** Claims sessions without an owner until none is left that may start now. */
  async takeOnAll(): Promise<void> {
    do {
      await this.#sessions.takeOn();
      await this.#quiet();
    } while ((await this.#startable()) > 0);
  }

  /** Stops gracefully. */
  async stop(): Promise<void> {
    await this.#sessions.stop();
  }

  /** Drops its sessions after their leases have expired, like a killed process. */
  async giveUp(): Promise<void> {
    await this.#sessions.renewLeases();
    while (this.#hosts.size > 0) await sleep(1);
  }

  #opened(host: ReplayedHost): void {
    const { account } = host;
    this.#hosts.set(account, host);
    const begun = this.#begun.get(account);
    this.#begun.delete(account);
    if (begun || host.spec.lease.token === 1) {
      begun?.(host);
      return;
    }
    // Waits until the session has its host.
    const started = sleep(0).then(() => this.#options.tookOn(host));
    this.#starting.add(started);
    started.finally(() => this.#starting.delete(started)).catch(() => {});
    started.catch((error) => {
      this.#trouble ??= error;
    });
  }

  /** Waits until every claimed session has its host and is idle. */
  async #quiet(): Promise<void> {
    while (this.#starting.size > 0 || this.#sessions.hosted.length !== this.#hosts.size) await sleep(1);
    if (this.#trouble) throw this.#trouble;
  }

  async #startable(): Promise<number> {
    const { kysely, now } = this.#options.database;
    const { startable } = await kysely
      .selectFrom('sessions')
      .select((select) => select.fn.countAll<number>().as('startable'))
      .where('wanted', '=', 1)
      .where('attention_at', 'is', null)
      .where('lease_expires_at', '<=', now)
      .where('next_start_at', '<=', now)
      .executeTakeFirstOrThrow();
    return Number(startable);
  }

  #heard(account: string, what: Heard): void {
    this.#waiting.get(account)?.(what);
  }
}
