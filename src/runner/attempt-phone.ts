import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../contracts/phone-control.ts';
import { Finding } from './finding.ts';
import type { FlowPhone } from './flow.ts';
import type { Steps } from './steps.ts';
import type { OpenTarget, TargetPhone } from './target.ts';

const lookAgainMs = 10;

/** The flow's view of the simulated phone. */
export class AttemptPhone implements FlowPhone {
  readonly number: string;
  readonly contact = '12025550101';
  readonly #phone: Promise<TargetPhone>;
  readonly #steps: Steps;
  readonly #onUnlink: () => void;

  /**
   * @param seed chooses the number, out of the range that is kept free for fiction.
   * @param onUnlink is told before devices are removed.
   */
  constructor(seed: number, target: Promise<OpenTarget>, steps: Steps, onUnlink: () => void) {
    this.number = String(13125550100 + (seed % 99));
    this.#phone = target.then((open) => open.addPhone(this.number));
    this.#phone.catch(() => {});
    this.#steps = steps;
    this.#onUnlink = onUnlink;
  }

  async scan(qr: string): Promise<void> {
    const scan = async () => (await this.#phone).scan(qr);
    await this.#steps.run('scan', () => scan().catch(refused));
  }

  async pair(code: string): Promise<void> {
    const pair = async () => (await this.#phone).pair(code);
    await this.#steps.run('scan', () => pair().catch(refused));
  }

  async send(body: string, from: string): Promise<void> {
    (await this.#phone).send(body, from);
  }

  async received(body: string): Promise<void> {
    const phone = await this.#phone;
    const over = new AbortController();
    const look = async () => {
      while (!phone.hasReceived(body) && !over.signal.aborted) await sleep(lookAgainMs);
    };
    await this.#steps.run('message', look).finally(() => over.abort());
  }

  async unlink(): Promise<void> {
    const phone = await this.#phone;
    this.#onUnlink();
    phone.unlink();
  }
}

function refused(error: unknown): never {
  if (error instanceof Refusal) throw new Finding('qr-rejected', `${error.code}: ${error.message}`);
  throw error;
}
