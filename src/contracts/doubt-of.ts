import type { Doubt, Prediction } from './prediction.ts';

/** What is not known of a build, for attempts that call the methods of the prediction as for those that call none. */
export function doubtOf({ open, failsAnyway, switches, methods }: Prediction, callsMethods = true): Doubt {
  const all = [...open, ...(callsMethods ? methods.flatMap((method) => method.open) : [])];
  return { open: all, failsAnyway, ...(switches && { switches }) };
}
