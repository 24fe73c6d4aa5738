import { randomBytes } from 'node:crypto';
import { Refusal } from '../../contracts/refusal.ts';
import { type CallOffer, type CallRecord, callOfferSchema } from '../../contracts/replica-profiles.ts';
import type { Device, ReplicaAccount } from './accounts.ts';
import type { MessageDelivery } from './message-delivery.ts';
import { isBlockedBy } from './profiles.ts';
import type { Surroundings } from './world.ts';

/** Calls to accounts, as events: they begin, and are rejected or end. They carry no voice. */
export class Calls {
  private readonly delivery: MessageDelivery;
  private readonly around: Surroundings;

  constructor(delivery: MessageDelivery, around: Surroundings) {
    this.delivery = delivery;
    this.around = around;
  }

  /** A person calls the account; one that it has blocked hears it ring, and the account does not. */
  offer(account: ReplicaAccount, offer: CallOffer): CallRecord {
    const call: CallRecord = {
      ...callOfferSchema.parse(offer),
      id: randomBytes(16).toString('hex').toUpperCase(),
      t: Math.floor(Date.now() / 1000),
      state: 'ringing',
    };
    account.calls.push(call);
    if (!isBlockedBy(account, call.from)) this.tell(account, call);
    return call;
  }

  /** A device of the account rejects the call: the caller's phone stops, and so do the other devices. @throws Refusal `call-unknown`. */
  reject(account: ReplicaAccount, id: string, from?: Device): void {
    this.finish(account, id, 'rejected', from);
  }

  /** The caller gives up. @throws Refusal `call-unknown`. */
  end(account: ReplicaAccount, id: string): void {
    this.finish(account, id, 'ended');
  }

  private finish(account: ReplicaAccount, id: string, state: CallRecord['state'], from?: Device): void {
    const call = account.calls.find((each) => each.id === id);
    if (call?.state !== 'ringing') throw new Refusal('call-unknown', `No call with the id ${id} rings.`);
    call.state = state;
    this.tell(account, call, from);
  }

  /** A device that is offline hears nothing of it later: the call is over by then. */
  private tell(account: ReplicaAccount, call: CallRecord, from?: Device): void {
    const { id, state } = call;
    this.around.emit('call', { number: account.number, id, state });
    this.delivery.notify(account, { kind: 'call', call: { ...call } }, { isKept: false, ...(from && { from }) });
  }
}
