import type { Cell } from '../contracts/attempt.ts';
import type { ProfileCircumstances } from '../contracts/circumstances.ts';
import type { Platform } from '../contracts/phone-control.ts';
import type { Surface } from '../contracts/surface.ts';
import { circumstancesOf, findCondition, lastsSeconds } from '../replica/conditions/conditions.ts';
import type { Phone } from '../replica/phone/phone.ts';
import { startReplica } from '../replica/start-replica.ts';
import type { FlowOptions } from './flow.ts';

/** Where the page of an attempt comes from, and the phone that can scan it. */
export interface OpenTarget {
  /** Flags that bring the browser there and nowhere else. */
  chromiumArgs: string[];
  /** The phone with this number, which is added when there is none. @param number digits of an international number. */
  phone(number: string, platform?: Platform): TargetPhone;
  /** Ends all connections of pages, and takes none for so many seconds; resolves when they have ended. */
  drop(seconds: number): Promise<void>;
  /** From now on every answer takes so many seconds longer. */
  slow(seconds: number): void;
  close(): Promise<void>;
}

/** One simulated primary device of a target. */
export interface TargetPhone {
  /** True for one in the hand of a person, or of a command: what is shown to it is scanned some time later, or not at all. */
  isInHand?: true;
  /** Rejects with a `Refusal` when the QR code is not one that a phone would take. */
  scan(qr: string): Promise<void>;
  /** Rejects with a `Refusal` when no page shows this code. */
  pair(code: string): Promise<void>;
  /** Sends a text as the contact with the number `from`. */
  send(body: string, from: string): void;
  /** Whether a linked device sent this text. */
  hasReceived(body: string): boolean;
  /** Removes all linked devices. */
  unlink(): void;
  /** Everything else that it can do. */
  actions: Phone;
}

function conditionsOf({ condition }: Cell): string[] {
  return condition === 'none' ? [] : condition.split('+');
}

/** How many seconds after `ready` the conditions of a cell are done with what they do. */
export function settleSeconds(cell: Cell): number {
  return Math.max(0, ...conditionsOf(cell).map(lastsSeconds));
}

/** What the conditions of a cell change in each profile before its browser starts. */
export function profileCircumstances(cell: Cell): ProfileCircumstances {
  const on = conditionsOf(cell).flatMap((name) => findCondition(name) ?? []);
  return circumstancesOf(new Map(on.map((condition) => [condition, condition.options])), 1).profile;
}

/** Starts a replica for one attempt. `onEvent` receives everything that its server sees. */
export async function openTarget(
  cell: Cell,
  surface: Surface | null,
  { timeScale = 1, world }: Pick<FlowOptions, 'timeScale' | 'world'>,
  onEvent: (type: string, detail: unknown) => void,
): Promise<OpenTarget> {
  const { build } = cell;
  const conditions = conditionsOf(cell).filter((name) => !findCondition(name)?.profile);
  const given = { ...(surface && { surface }), ...(world && { world }) };
  const replica = await startReplica({ build, timeScale, conditions, ...given });
  const { phones } = replica;
  const dropped = Promise.withResolvers<void>();
  replica.onEvent(({ type, detail }) => {
    if (type === 'connections-dropped') dropped.resolve();
    onEvent(type, detail);
  });
  return {
    chromiumArgs: replica.chromiumArgs,
    phone(number, platform) {
      const id = phones.withNumber(number, platform);
      return {
        async scan(qr) {
          await phones.scan(id, qr);
        },
        async pair(code) {
          await phones.pair(id, code);
        },
        send(body, from) {
          phones.send(id, { body, from });
        },
        hasReceived: (body) => phones.get(id).received.some((text) => text.from === number && text.body === body),
        unlink() {
          phones.unlink(id);
        },
        actions: phones.phone(id),
      };
    },
    async drop(seconds) {
      replica.setCondition('socket-drop', true, { afterSeconds: 0, seconds });
      await dropped.promise;
    },
    slow: (seconds) => replica.setCondition('slow-link', true, { seconds }),
    close: () => replica.close(),
  };
}
