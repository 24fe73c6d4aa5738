import { InvalidArgumentError } from 'commander';
import { InputError } from '../../contracts/input-error.ts';
import { phoneNumberSchema } from '../../contracts/phone-control.ts';

export const greatestSeed = 2 ** 31 - 1;

/** Parses `a,b,c` for commander. Refuses empty values, which come from empty variables of scripts. */
export function list(text: string): string[] {
  const values = text.split(',').map((part) => part.trim());
  if (values.includes('')) throw new InvalidArgumentError('A value is empty; values are separated by commas.');
  return values;
}

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Creates a parser for commander of times such as `90s`, `15m` or `6h`, in milliseconds. */
export function duration(leastSeconds: number): (text: string) => number {
  return (text) => {
    const [, amount, unit = ''] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
    const ms = Number(amount) * (units[unit] ?? Number.NaN);
    if (ms >= leastSeconds * 1_000) return ms;
    throw new InvalidArgumentError(`It has to be a time of at least ${leastSeconds} s, such as 90s, 15m or 6h.`);
  };
}

/** A time as `duration` parses it, in whole seconds where it is less than a day. */
export function durationText(ms: number): string {
  return ms < 86_400_000 ? `${Math.round(ms / 1_000)}s` : `${Math.round(ms / 60_000)}m`;
}

/** Parses HOST:PORT for commander. */
export function socketAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[)?([^\]]+?)(?:\])?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('It is HOST:PORT.');
  return { host, port: Number(port) };
}

/** Parses the address of a webhook for commander. */
export function webhookAddress(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new InvalidArgumentError('It has to be an address such as https://hooks.example.com/canary.');
}

/** Parses an international number of a phone for commander. */
export function phoneNumber(text: string): string {
  const parsed = phoneNumberSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
  return text;
}

/** Creates a parser of whole numbers for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It has to be a whole number from ${least} to ${most}.`);
  };
}

/**
 * Creates a parser for commander of a text that `check` accepts with all that commander checks: before the command installs, opens or starts
 * anything.
 *
 * @param check throws an InputError for a wrong text.
 */
export function checkedBy(check: (text: string) => unknown): (text: string) => string {
  return parsedBy((text) => {
    check(text);
    return text;
  });
}

/** As `checkedBy`, for a text that stands for a value. */
export function parsedBy<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof InputError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}
