import { Refusal } from '../../contracts/phone-control.ts';
import type { ConditionOptions } from '../../contracts/replica-protocol.ts';
import { Accounts } from './accounts.ts';
import { CompanionCodes } from './companion-codes.ts';
import { Delivery } from './delivery.ts';
import { Pairings } from './pairings.ts';
import { newKeyPair, type WireKeyPair } from './wire-keys.ts';

/** What a replica tells of itself. */
export interface ReplicaEvent {
  type: string;
  detail: unknown;
}

/** The state of one replica: accounts, refs, codes and messages; shared by its pages and its phones. */
export class ReplicaCore {
  readonly accounts = new Accounts();
  readonly delivery = new Delivery(this.accounts);
  readonly pairings: Pairings;
  readonly codes: CompanionCodes;
  /** The server's own key: pages prove with it that they hold the key that they were linked with. */
  readonly keys: WireKeyPair = newKeyPair();
  /** Conditions that are on. */
  conditions: Record<string, ConditionOptions> = {};
  private readonly listeners: ((event: ReplicaEvent) => void)[] = [];

  constructor(timeScale: number) {
    this.pairings = new Pairings(timeScale);
    this.codes = new CompanionCodes(timeScale);
  }

  onEvent(listener: (event: ReplicaEvent) => void): void {
    this.listeners.push(listener);
  }

  emit(type: string, detail: unknown): void {
    for (const listener of this.listeners) listener({ type, detail });
  }

  /** @throws Refusal `condition-unknown`. */
  setCondition(name: string, _on: boolean, _options: ConditionOptions = {}): void {
    throw new Refusal('condition-unknown', `There is no condition "${name}".`);
  }

  close(): void {
    this.delivery.close();
  }
}
