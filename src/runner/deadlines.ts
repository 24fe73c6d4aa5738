import { InputError } from '../contracts/input-error.ts';
import { Late } from '../contracts/within.ts';

/** A flow that neither fails nor ends is ended after this time, unless it says that it takes longer. */
export const flowDeadlineSeconds = 120;
/** How long the library may take to a browser that is up and answers others; measured, it needs 50 ms. */
export const handshakeMs = 3_000;
/** After `disconnected` the library either goes on or closes its browser; measured, within 1 s. */
export const aftermathMs = 2_500;
/** For one question to a page that answers. */
export const answerDeadlineMs = 3_000;

/**
 * Factor on every deadline for machines on which a browser needs much longer than elsewhere; the bar itself moves with it.
 *
 * @throws InputError when WWEBJS_CANARY_DEADLINE_FACTOR is not a number from 1 to 20.
 */
export function deadlineFactor(text = process.env.WWEBJS_CANARY_DEADLINE_FACTOR): number {
  const factor = Number(text ?? 1);
  if (factor >= 1 && factor <= 20) return factor;
  throw new InputError(`WWEBJS_CANARY_DEADLINE_FACTOR is "${text}"; it has to be a number from 1 to 20`);
}

/** The time that a flow has. It stands still while the harness waits for a condition, in time that is neither the flow's nor the library's. */
export class FlowDeadline {
  readonly ms: number;
  readonly #over = Promise.withResolvers<never>();
  #timer: NodeJS.Timeout | undefined;
  #leftMs: number;
  #startedAt = 0;
  /** What it stands still for; more than one where accounts are probed at once. */
  #pauses = 0;

  constructor(ms: number) {
    this.ms = ms;
    this.#leftMs = ms;
    this.#over.promise.catch(() => {});
  }

  /** The result of `work`, once. @throws Late when the time is over; `work` continues, and its result is dropped. */
  async limit<T>(work: () => Promise<T>): Promise<T> {
    this.#run();
    try {
      return await Promise.race([work(), this.#over.promise]);
    } finally {
      this.#pauses++;
      clearTimeout(this.#timer);
    }
  }

  /** Stands still until `work` has settled. */
  async pause<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#startedAt;
    }
    try {
      return await work();
    } finally {
      if (--this.#pauses === 0) this.#run();
    }
  }

  #run(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#over.reject(new Late(`not over in ${this.ms} ms`)), Math.max(0, this.#leftMs));
  }
}
