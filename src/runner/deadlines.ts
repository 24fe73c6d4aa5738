import { InputError } from '../contracts/input-error.ts';

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
