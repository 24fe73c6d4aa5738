/** The given fields that have a value. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** A text with something in it. */
export const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
