import { InvalidArgumentError } from 'commander';

/** Seeds are typed by people, so they stay short. */
export const greatestSeed = 2 ** 31 - 1;
export const greatestRandomSeed = 1_000_000;

/** Parses `a,b,c` for commander. */
export function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** Makes a parser of whole numbers for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It has to be a whole number from ${least} to ${most}.`);
  };
}
