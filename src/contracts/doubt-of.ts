import type { Doubt, Prediction } from './prediction.ts';

/** What is not known of a build. @param called the methods that count; all of the prediction when left out. */
export function doubtOf(
  { open, failsAnyway, switches, behavioursOf, methods }: Prediction,
  called?: readonly string[],
): Doubt {
  const counted = called ? methods.filter(({ name }) => called.includes(name)) : methods;
  const all = [...open, ...counted.flatMap((method) => method.open)];
  return { open: all, failsAnyway, ...(switches && { switches }), ...(behavioursOf && { behavioursOf }) };
}
