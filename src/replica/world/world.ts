import { ReplicaAccounts } from './accounts.ts';
import { MessageDelivery } from './message-delivery.ts';
import { People } from './people.ts';

/** How a world reaches what is around it. */
export interface Surroundings {
  /** Runs something later, unless the replica is closed before. */
  later(ms: number, work: () => void): void;
  /** Reports what happens; never what a message says. */
  emit(type: string, detail: unknown): void;
}

/** What is true on WhatsApp, from any point of view: people, their accounts, and what they have sent. */
export class World {
  readonly people = new People();
  readonly accounts = new ReplicaAccounts(this.people);
  readonly delivery: MessageDelivery;
  readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
    this.delivery = new MessageDelivery({ accounts: this.accounts, people: this.people, around });
  }
}
