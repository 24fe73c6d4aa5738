import { InputError } from '../../contracts/input-error.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const unitMs: Record<string, number> = { h: hourMs, d: dayMs, w: weekMs };
const longestMs = 366 * dayMs;

/** The most buckets for which a plot has room on a phone. */
const mostBuckets = 93;
const bucketSizesMs = [hourMs, 6 * hourMs, dayMs, weekMs];

/** 1970 began on a Thursday, weeks begin on a Monday. */
const firstMondayMs = 4 * dayMs;

/** A time window divided into buckets; times are milliseconds since 1970. */
export interface HistoryWindow {
  /** Starts of the buckets, oldest first. The last one has not ended when the window ends. */
  buckets: number[];
  bucketMs: number;
  to: number;
}

/**
 * The window of the length `text` that ends now. Buckets are whole hours, quarters of days, days or weeks of UTC, independent
 * of the machine's zone; the first one is whole.
 *
 * @throws InputError when the text is not a number of hours, days or weeks up to a year.
 */
export function historyWindow(text: string, now: number): HistoryWindow {
  const lengthMs = parseLength(text);
  const bucketMs = bucketSizesMs.find((size) => lengthMs / size < mostBuckets) ?? weekMs;
  const buckets: number[] = [];
  for (let start = startOfBucket(now - lengthMs, bucketMs); start <= now; start += bucketMs) buckets.push(start);
  return { buckets, bucketMs, to: now };
}

function startOfBucket(at: number, bucketMs: number): number {
  const origin = bucketMs === weekMs ? firstMondayMs : 0;
  return Math.floor((at - origin) / bucketMs) * bucketMs + origin;
}

function parseLength(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const lengthMs = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (lengthMs >= hourMs && lengthMs <= longestMs) return lengthMs;
  throw new InputError(`window "${text}": it has to be from 1h to 366d, such as 24h, 30d or 12w`);
}
