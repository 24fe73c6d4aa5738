import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../contracts/phone-control.ts';
import { Refusal } from '../contracts/refusal.ts';
import type { Phone, SentMessage } from '../replica/phone/phone.ts';
import { Finding } from './finding.ts';
import type { FlowPhone, PhoneActions } from './flow.ts';
import type { Steps } from './steps.ts';
import type { OpenTarget, TargetPhone } from './target.ts';

const lookAgainMs = 10;
/** Between two questions to the page whether its code was taken. */
const askPageMs = 250;

interface PhoneChoice {
  number: string;
  platform: Platform | undefined;
}

type NamedActions = Omit<FlowPhone, keyof PhoneActions>;

/** The name of an action, such as `ring` or `groups.create`. */
type ActionName<Of = PhoneActions> = {
  [Name in keyof Of & string]: Of[Name] extends (...args: never[]) => unknown
    ? Name
    : `${Name}.${ActionName<Of[Name]>}`;
}[keyof Of & string];

/** Actions that only look: all others make the phone or a contact do something. */
export const questions: ReadonlySet<string> = new Set<ActionName>([
  'state',
  'media',
  'receipts',
  'groups.list',
  'groups.get',
  'groups.invitationOf',
  'communities.list',
  'communities.groups',
  'channels.list',
  'channels.get',
]);

/** The flow's view of the simulated phone: what flows name, and all other actions of the phone control under their own names. */
export function attemptPhone(
  choice: PhoneChoice,
  target: Promise<OpenTarget>,
  steps: Steps,
  client: PhoneSubject,
): FlowPhone {
  const phone = target.then((open) => open.phone(choice.number, choice.platform));
  phone.catch(() => {});
  return new Proxy(new AttemptPhone(choice.number, phone, steps, client), {
    get(named, key) {
      const value: unknown = Reflect.get(named, key);
      if (typeof value === 'function') return value.bind(named);
      if (value !== undefined || typeof key !== 'string' || key === 'then') return value;
      return actionOf(phone, steps, [key]);
    },
  }) as unknown as FlowPhone;
}

/** An action by its names, such as `groups`, `create`; those below it are its members. */
function actionOf(phone: Promise<TargetPhone>, steps: Steps, names: readonly string[]): unknown {
  const act = (...args: unknown[]) => {
    if (!questions.has(names.join('.'))) steps.act();
    return perform(phone, names, args);
  };
  return new Proxy(act, {
    get: (_, key) => (typeof key === 'string' && key !== 'then' ? actionOf(phone, steps, [...names, key]) : undefined),
  });
}

/** @throws TypeError for what a phone cannot do. */
async function perform(phone: Promise<TargetPhone>, names: readonly string[], args: unknown[]): Promise<unknown> {
  let area: unknown;
  let found: unknown = (await phone).actions;
  for (const name of names) {
    area = found;
    found = (area as Record<string, unknown> | undefined)?.[name];
  }
  if (typeof found !== 'function') throw new TypeError(`phone.${names.join('.')}() is nothing that a phone can do`);
  return Reflect.apply(found, area, args);
}

class AttemptPhone implements NamedActions {
  readonly number: string;
  readonly contact = '12025550101';
  readonly #phone: Promise<TargetPhone>;
  readonly #steps: Steps;
  readonly #client: PhoneSubject;

  constructor(number: string, phone: Promise<TargetPhone>, steps: Steps, client: PhoneSubject) {
    this.number = number;
    this.#phone = phone;
    this.#steps = steps;
    this.#client = client;
  }

  async scan(qr: string): Promise<void> {
    if ((await this.#phone).isInHand) return this.#inHand((over) => this.#showAll(over));
    const scan = async (text: string) => (await this.#phone).scan(text);
    await this.#steps.run('scan', () => scan(qr).catch(this.#scanWhatIsShown(qr, scan)).catch(refused));
  }

  async pair(code: string): Promise<void> {
    const pair = async () => (await this.#phone).pair(code);
    if ((await this.#phone).isInHand) return this.#inHand(pair);
    await this.#steps.run('scan', () => pair().catch(refused));
  }

  /** Shows a code, then waits until the page has left its codes. */
  async #inHand(show: (over: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const untilLeft = async () => {
      while (!(await this.#client.hasLeftCodes()) && !over.signal.aborted) await sleep(askPageMs);
    };
    const shown = () => show(over.signal).catch(refused);
    await this.#steps.run('scan-in-hand', () => Promise.all([shown(), untilLeft()])).finally(() => over.abort());
  }

  /** Shows each QR text of the page once, as long as the page shows any. */
  async #showAll(over: AbortSignal): Promise<void> {
    const phone = await this.#phone;
    let last: string | undefined;
    while (!(await this.#client.hasLeftCodes()) && !over.aborted) {
      const shown = this.#client.shownQr();
      if (shown !== undefined && shown !== last) await phone.scan(shown);
      last = shown;
      await sleep(askPageMs);
    }
  }

  async send(body: string, from: string): Promise<void> {
    this.#steps.act();
    (await this.#phone).send(body, from);
  }

  async sendContent(message: Parameters<Phone['send']>[0]): Promise<SentMessage> {
    this.#steps.act();
    return (await this.#phone).actions.send(message);
  }

  async received(body: string): Promise<void> {
    const phone = await this.#phone;
    const over = new AbortController();
    const look = async () => {
      while (!phone.hasReceived(body) && !over.signal.aborted) await sleep(lookAgainMs);
    };
    await this.#steps.run('message', look).finally(() => over.abort());
  }

  /** Who holds a phone to a screen while the code changes scans the new one. */
  #scanWhatIsShown(qr: string, scan: (text: string) => Promise<void>) {
    return async (error: unknown) => {
      const shown = this.#client.shownQr();
      if (!(error instanceof Refusal) || shown === undefined || shown === qr) throw error;
      await scan(shown);
    };
  }

  async unlink(): Promise<void> {
    const phone = await this.#phone;
    this.#steps.act();
    this.#client.expectDisconnect();
    phone.unlink();
  }
}

/** What the phone has to know of the client that it links. */
interface PhoneSubject {
  /** The QR text that the library gave out last. */
  shownQr(): string | undefined;
  /** Whether the page is past its codes. */
  hasLeftCodes(): Promise<boolean>;
  /** The link is about to be ended. */
  expectDisconnect(): void;
}

function refused(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const { code, message } = error;
  throw new Finding(isOfAccount(code) ? code : 'qr-rejected', `${code}: ${message}`);
}

/** What a phone refuses because of its account, whatever the code. */
const accountRefusals = ['passkey-required', 'account-restricted', 'account-banned'] as const;

const isOfAccount = (code: string): code is (typeof accountRefusals)[number] =>
  accountRefusals.some((each) => each === code);
