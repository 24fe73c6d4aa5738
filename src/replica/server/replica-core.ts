import type { ConditionOptions } from '../../contracts/circumstances.ts';
import { Refusal } from '../../contracts/refusal.ts';
import type { ServerFrame } from '../../contracts/replica-protocol.ts';
import type { Condition } from '../conditions/condition.ts';
import { circumstancesOf, completeOptions, conditions, findCondition } from '../conditions/conditions.ts';
import { World } from '../world/world.ts';
import { CompanionCodes } from './companion-codes.ts';
import { Pairings } from './pairings.ts';
import { type Trouble, Troubles } from './trouble.ts';
import { newKeyPair, type WireKeyPair } from './wire-keys.ts';

/** A page that has an open connection. */
export interface OpenPage {
  /** True when its device is online and has received everything that the account has. */
  readonly isSynced: boolean;
  send(frame: ServerFrame): void;
  /** Cuts the connection without a closing frame. */
  drop(): void;
  /** Ends the connection as the server does when the account is banned. */
  ban(): void;
  /** Ends the connection as the server does when another one of the same device takes its place. */
  replace(): void;
  /** Removes the device from its account and logs it out. */
  remove(): void;
}

/** What a replica reports of itself. */
export interface ReplicaEvent {
  type: string;
  detail: unknown;
}

/** The state of one replica: accounts, refs, codes, messages and conditions; shared by its pages and its phones. */
export class ReplicaCore {
  readonly world = new World({
    later: (ms, work) => this.later(ms, work),
    emit: (type, detail) => this.emit(type, detail),
    circumstances: () => this.circumstances.server,
  });
  readonly pairings: Pairings;
  readonly codes: CompanionCodes;
  /** The server's own key: pages prove with it that they hold the key that they were linked with. */
  readonly keys: WireKeyPair = newKeyPair();
  readonly openPages = new Set<OpenPage>();
  /** True when pages report the QR code that they show, for a phone that scans it by itself. */
  reportsQr = false;
  private readonly timeScale: number;
  private readonly on = new Map<Condition, ConditionOptions>();
  private readonly troubles = new Troubles();
  private readonly listeners: ((event: ReplicaEvent) => void)[] = [];
  private readonly troubleListeners: ((trouble: Trouble) => void)[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private droppingUntil = 0;
  /** One-time conditions that have already happened. */
  private readonly happened = new Set<'drop' | 'replaced' | 'removed' | 'banned'>();

  constructor(timeScale: number) {
    this.timeScale = timeScale;
    this.pairings = new Pairings(timeScale);
    this.codes = new CompanionCodes(timeScale);
  }

  onEvent(listener: (event: ReplicaEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Hears of each trouble when it comes first. */
  onTrouble(listener: (trouble: Trouble) => void): void {
    this.troubleListeners.push(listener);
  }

  /** All troubles so far, with their counts. */
  listTroubles(): Trouble[] {
    return this.troubles.list();
  }

  emit(type: string, detail: unknown): void {
    const trouble = this.troubles.add({ type, detail });
    if (trouble) for (const listener of this.troubleListeners) listener(trouble);
    for (const listener of this.listeners) listener({ type, detail });
  }

  /** What the active conditions change. */
  get circumstances(): Pick<ReturnType<typeof circumstancesOf>, 'page' | 'server'> {
    const { page, server } = circumstancesOf(this.on, this.timeScale);
    return { page: this.reportsQr ? { ...page, reportsQr: true } : page, server };
  }

  /** Names of the active conditions. */
  get conditionNames(): string[] {
    return [...this.on.keys()].map(({ name }) => name);
  }

  /** True once a ban has logged the devices out. */
  get isBanned(): boolean {
    return this.happened.has('banned') && this.circumstances.server.bannedAfterMs !== undefined;
  }

  /** True while the server refuses connections. */
  get isDropping(): boolean {
    return performance.now() < this.droppingUntil;
  }

  /**
   * Turns a condition on or off, and sends the new circumstances to open pages.
   *
   * @throws Refusal `condition-unknown`, or `bad-request` for an option that it does not have.
   */
  setCondition(name: string, on: boolean, options: ConditionOptions = {}): void {
    const condition = findCondition(name);
    if (!condition) {
      const known = conditions.map((one) => one.name).join(', ');
      throw new Refusal('condition-unknown', `There is no condition "${name}"; there are ${known}.`);
    }
    if (condition.profile) {
      throw new Refusal('bad-request', `The condition "${name}" changes the profile of a browser: only a run has one.`);
    }
    if (on) this.on.set(condition, complete(condition, options));
    else this.on.delete(condition);
    this.happened.clear();
    this.emit('condition', { name, on });
    const circumstances = this.circumstances.page;
    for (const page of this.openPages) page.send({ type: 'circumstances', circumstances });
    if ([...this.openPages].some(({ isSynced }) => isSynced)) this.afterSync();
  }

  /** Starts the timers of conditions that act some time after a device has synced. */
  afterSync(): void {
    const { drop, replacedAfterMs, removedAfterMs, bannedAfterMs } = this.circumstances.server;
    if (bannedAfterMs !== undefined && this.isFirst('banned')) {
      this.later(bannedAfterMs, () => {
        for (const page of this.openPages) page.ban();
      });
    }
    if (drop && this.isFirst('drop')) this.later(drop.afterMs, () => this.dropAll(drop.forMs));
    if (replacedAfterMs !== undefined && this.isFirst('replaced')) {
      this.later(replacedAfterMs, () => {
        for (const page of this.openPages) page.replace();
      });
    }
    if (removedAfterMs !== undefined && this.isFirst('removed')) {
      this.later(removedAfterMs, () => {
        for (const page of this.openPages) page.remove();
      });
    }
  }

  /** Runs the work after `ms`, unless the replica is closed first. */
  later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private dropAll(forMs: number): void {
    this.droppingUntil = performance.now() + forMs;
    this.emit('connections-dropped', { forMs });
    for (const page of this.openPages) page.drop();
  }

  private isFirst(what: 'drop' | 'replaced' | 'removed' | 'banned'): boolean {
    if (this.happened.has(what)) return false;
    this.happened.add(what);
    return true;
  }
}

function complete(condition: Condition, options: ConditionOptions): ConditionOptions {
  try {
    return completeOptions(condition, options);
  } catch (error) {
    throw new Refusal('bad-request', (error as Error).message);
  }
}
