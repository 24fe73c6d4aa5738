/** The values that a label can have: a finite list, or `any`, whose number only the family's limit holds. */
export type LabelValues = readonly string[] | 'any';

/** One metric family: all that Prometheus, a dashboard or a reader has to know of it. */
export interface Family<
  Labels extends Record<string, LabelValues> = Record<string, LabelValues>,
  Type extends 'counter' | 'gauge' | 'histogram' = 'counter' | 'gauge' | 'histogram',
> {
  name: `wwebjs_${string}`;
  type: Type;
  help: string;
  labels: Labels;
  /** Label sets at most; what comes after them is counted under `overflow`. */
  limit: number;
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  buckets?: readonly number[];
}

/** Stands for the values that did not fit into the limit, or are not in a label's list. */
export const overflow = 'overflow';

type Overflow = typeof overflow;

/** A value for each label of a family: where the label has a list, one of it or `overflow`. */
export type LabelSet<F extends Family> = {
  [Label in keyof F['labels']]: F['labels'][Label] extends readonly (infer Value extends string)[]
    ? Value | Overflow
    : string;
};

/** The value if it is in the list, else `overflow`: a database can have words that this program does not know. */
export function listed<Value extends string>(list: readonly Value[], value: string): Value | Overflow {
  return list.find((one) => one === value) ?? overflow;
}

/** Fixes the type of a family to its own labels. */
export function family<const Labels extends Record<string, LabelValues>, const Type extends Family['type']>(
  of: Family<Labels, Type>,
): Family<Labels, Type> {
  return of;
}
