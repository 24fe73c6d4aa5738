import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../contracts/phone-control.ts';
import { Refusal } from '../contracts/refusal.ts';
import type { Phone, SentMessage } from '../replica/phone/phone.ts';
import { Finding } from './finding.ts';
import type { FlowPhone, PhoneActions } from './flow.ts';
import type { Steps } from './steps.ts';
import type { OpenTarget, TargetPhone } from './target.ts';

const lookAgainMs = 10;

interface PhoneChoice {
  seed: number;
  platform: Platform | undefined;
}

type NamedActions = Omit<FlowPhone, keyof PhoneActions>;

/**
 * The flow's view of the simulated phone: what flows name, and all other actions of the phone control under their own names.
 *
 * @param whose its seed chooses the number, out of the range that is kept free for fiction.
 */
export function attemptPhone(
  whose: PhoneChoice,
  target: Promise<OpenTarget>,
  steps: Steps,
  client: PhoneSubject,
): FlowPhone {
  const named = new AttemptPhone(whose, target, steps, client);
  return new Proxy(named, {
    get(phone, key) {
      const value: unknown = Reflect.get(phone, key);
      if (typeof value === 'function') return value.bind(phone);
      if (value !== undefined || typeof key !== 'string' || key === 'then') return value;
      return actionOf(phone, [key]);
    },
  }) as unknown as FlowPhone;
}

/** An action by its names, such as `groups`, `create`; those below it are its members. */
function actionOf(phone: AttemptPhone, names: readonly string[]): unknown {
  return new Proxy((...args: unknown[]) => phone.act(names, args), {
    get: (_, key) => (typeof key === 'string' && key !== 'then' ? actionOf(phone, [...names, key]) : undefined),
  });
}

class AttemptPhone implements NamedActions {
  readonly number: string;
  readonly contact = '12025550101';
  readonly #phone: Promise<TargetPhone>;
  readonly #steps: Steps;
  readonly #client: PhoneSubject;

  constructor({ seed, platform }: PhoneChoice, target: Promise<OpenTarget>, steps: Steps, client: PhoneSubject) {
    this.number = String(13125550100 + (seed % 99));
    this.#phone = target.then((open) => open.addPhone(this.number, platform));
    this.#phone.catch(() => {});
    this.#steps = steps;
    this.#client = client;
  }

  async scan(qr: string): Promise<void> {
    const scan = async (text: string) => (await this.#phone).scan(text);
    await this.#steps.run('scan', () => scan(qr).catch(this.#scanWhatIsShown(qr, scan)).catch(refused));
  }

  async pair(code: string): Promise<void> {
    const pair = async () => (await this.#phone).pair(code);
    await this.#steps.run('scan', () => pair().catch(refused));
  }

  async send(body: string, from: string): Promise<void> {
    (await this.#phone).send(body, from);
  }

  async sendContent(message: Parameters<Phone['send']>[0]): Promise<SentMessage> {
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

  /** @throws TypeError for what a phone cannot do. */
  async act(names: readonly string[], args: unknown[]): Promise<unknown> {
    let area: unknown;
    let act: unknown = (await this.#phone).actions;
    for (const name of names) {
      area = act;
      act = (area as Record<string, unknown> | undefined)?.[name];
    }
    if (typeof act !== 'function') throw new TypeError(`phone.${names.join('.')}() is nothing that a phone can do`);
    return act.apply(area, args);
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
    this.#client.expectDisconnect();
    phone.unlink();
  }
}

/** What the phone has to know of the client that it links. */
interface PhoneSubject {
  /** The QR text that the library gave out last. */
  shownQr(): string | undefined;
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
