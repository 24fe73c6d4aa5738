import type { Json } from '../contracts/host.ts';
import { InputError } from '../contracts/input-error.ts';
import type { OpenTarget } from './target.ts';

/** What each flow that links asks of a phone. */
export const linkingFlows: ReadonlyMap<string, 'qr' | 'code'> = new Map([
  ['qr-to-ready', 'qr'],
  ['pairing-code-to-ready', 'code'],
]);

/** For all that makes attempts without a person. @throws InputError for a flow that links. */
export function refuseLinks(flows: Iterable<string>): void {
  for (const flow of flows) {
    if (!linkingFlows.has(flow)) continue;
    throw new InputError(
      `--flow ${flow}: a number may be linked once a day, and only a person starts that: \`run --target live --flow ${flow} --account NAME\``,
    );
  }
}

/** One linked device of the user's own, or one that is about to be linked. */
export interface LiveDevice {
  /** The name of its account. */
  account: string;
  /** Digits of the international number; null while a QR code is scanned by a phone whose number is not known. */
  number: string | null;
  /** Where LocalAuth of the library keeps the profile, in the folder `session`. */
  dataPath: string;
  /** False for one that is about to be linked. */
  isLinked: boolean;
}

/** A call of a method of the library that waits for permission. */
export interface LiveCall {
  /** With the class that declares it, such as `Client.sendMessage` and `Message.reply`. */
  method: string;
  args: readonly unknown[];
  /** What the library says of a chat. @param id such as `120363040000000000@g.us`. */
  chat(id: string): Promise<Json>;
}

/** What an attempt on the live site is made with. */
export interface LiveInput {
  /** The device of the flow, and that of its peer. */
  devices: readonly LiveDevice[];
  /** Flags of the browser besides its own; none where the page comes from the internet. */
  chromiumArgs: readonly string[];
  /** The first device is linked, and has this number. @throws Finding where it may do nothing more. */
  linkedAs(number: string): Promise<void>;
  /** Shows a code to the person or the command that has the phone. Rejects with a `Refusal` that a command reported. */
  show(kind: 'qr' | 'pairing', code: string): Promise<void>;
  /** The account at this place is about to start its browser. @throws Finding where it may not. */
  admitStart(place: number): void;
  /**
   * Waits until the account at this place may call a method of the library.
   *
   * @throws Finding for what it may not do at all.
   */
  admit(place: number, call: LiveCall): Promise<void>;
  /** By the place of a device: its phone was last opened longer ago than WhatsApp allows. */
  phonesAway: readonly boolean[];
  /** Keep pictures of the page. */
  screenshots: boolean;
}

/** The live site as a target: its phones are in people's hands, and scan what is shown to them. */
export function openLiveSite({ chromiumArgs, show }: LiveInput): OpenTarget {
  return {
    chromiumArgs: [...chromiumArgs],
    phone: () => ({
      isInHand: true,
      scan: (qr) => show('qr', qr),
      pair: (code) => show('pairing', code),
      send: outOfReach,
      hasReceived: outOfReach,
      unlink: outOfReach,
      actions: new Proxy({}, { get: outOfReach }) as never,
    }),
    drop: async () => outOfReach(),
    slow: outOfReach,
    close: async () => {},
  };
}

function outOfReach(): never {
  throw new TypeError('on the live site a flow reaches neither the phone nor the network: it has clients only');
}
