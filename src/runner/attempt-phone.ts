import { Refusal } from '../contracts/phone-control.ts';
import { Finding } from './finding.ts';
import type { FlowPhone } from './flow.ts';
import type { Steps } from './steps.ts';
import type { OpenTarget, TargetPhone } from './target.ts';

/** The flow's view of the simulated phone. */
export class AttemptPhone implements FlowPhone {
  readonly number: string;
  readonly #phone: Promise<TargetPhone>;
  readonly #steps: Steps;

  /** @param seed chooses the number, out of the range that is kept free for fiction. */
  constructor(seed: number, target: Promise<OpenTarget>, steps: Steps) {
    this.number = String(12025550100 + (seed % 99));
    this.#phone = target.then((open) => open.addPhone(this.number));
    this.#phone.catch(() => {});
    this.#steps = steps;
  }

  async scan(qr: string): Promise<void> {
    const scan = async () => (await this.#phone).scan(qr);
    await this.#steps.run('scan', () => scan().catch(refused));
  }

  async send(body: string, from: string): Promise<void> {
    await (await this.#phone).send(body, from);
  }
}

function refused(error: unknown): never {
  if (error instanceof Refusal) throw new Finding('qr-rejected', `${error.code}: ${error.message}`);
  throw error;
}
