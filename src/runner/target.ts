import type { Cell } from '../contracts/attempt.ts';
import type { Surface } from '../contracts/surface.ts';
import { startReplica } from '../replica/server/start-replica.ts';

/** Where the page of an attempt comes from, and the phone that can scan it. */
export interface OpenTarget {
  /** Flags that bring the browser there and nowhere else. */
  chromiumArgs: string[];
  /** @param number digits of an international number. */
  addPhone(number: string): TargetPhone;
  close(): Promise<void>;
}

/** One simulated primary device of a target. */
export interface TargetPhone {
  /** Rejects with a `Refusal` when the QR code is not one that a phone would take. */
  scan(qr: string): Promise<void>;
  /** Sends a text as the contact with the number `from`. */
  send(body: string, from: string): void;
}

/** Starts a replica for one attempt. `onEvent` is told of everything that its server sees. */
export async function openTarget(
  { build, condition }: Cell,
  surface: Surface | null,
  onEvent: (type: string, detail: unknown) => void,
): Promise<OpenTarget> {
  const conditions = condition === 'none' ? [] : condition.split('+');
  const replica = await startReplica({ build, conditions, ...(surface && { surface }) });
  replica.onEvent(({ type, detail }) => onEvent(type, detail));
  return {
    chromiumArgs: replica.chromiumArgs,
    addPhone(number) {
      const { id } = replica.phones.create(number);
      return {
        async scan(qr) {
          await replica.phones.scan(id, qr);
        },
        send(body, from) {
          replica.phones.send(id, { body, from });
        },
      };
    },
    close: () => replica.close(),
  };
}
