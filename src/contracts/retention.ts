import { existsSync } from 'node:fs';
import { z } from 'zod';
import { home, matrixFile } from './home.ts';
import { parseYamlFile } from './yaml-file.ts';

const hourMs = 3_600_000;
const ageUnits: Record<string, number> = { h: hourMs, d: 24 * hourMs, w: 7 * 24 * hourMs };
const byteUnits: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** `90d`, `12h` or `6w`, in milliseconds. */
const age = z
  .string()
  .regex(/^[1-9]\d{0,4}[hdw]$/, 'an age is a number of hours, days or weeks, such as 12h, 90d or 6w')
  .transform((text) => Number.parseInt(text, 10) * (ageUnits[text.slice(-1)] as number));

/** `500MB` or `2GB`, in bytes. */
const bytes = z
  .string()
  .regex(/^[1-9]\d{0,5}(?:kB|MB|GB|TB)$/, 'a size is a whole number of kB, MB, GB or TB, such as 2GB')
  .transform((text) => Number.parseInt(text, 10) * (byteUnits[text.slice(-2)] as number));

/** A limit that is left out does not apply. */
export const limitsSchema = z.strictObject({
  age: age.optional(),
  number: z.number().int().min(1).optional(),
  bytes: bytes.optional(),
});
/** Milliseconds, a count, and bytes. */
export type Limits = z.infer<typeof limitsSchema>;

/** What is kept of earlier runs; see `retentionFile`. */
export const retentionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  attempts: limitsSchema
    .extend({ atLeast: age })
    .refine((limits) => limits.age === undefined || limits.age >= limits.atLeast, {
      path: ['age'],
      message: 'it is shorter than atLeast, the age up to which the gate judges attempts',
    }),
  evidence: limitsSchema,
  reports: limitsSchema,
  captures: limitsSchema.optional(),
});
export type RetentionPolicy = z.infer<typeof retentionSchema>;

/**
 * The file that says what is kept: one of the user in the folder that it is about, so that every command which removes something goes by
 * the same one; else that of `compat-matrix`.
 */
export function retentionFile(): string {
  const own = home('retention.yaml');
  return existsSync(own) ? own : matrixFile('retention.yaml');
}

/** @throws InputError naming file, line and key. */
export function readRetention(file = retentionFile()): RetentionPolicy {
  return parseYamlFile(file, retentionSchema);
}

/** One thing that is kept, and how much of it there is. */
export interface Kept {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  number: number;
  bytes: number;
}

/** Those that have to go, the oldest first, so that the rest is within the limits at the time `now`. The newest always stays. */
export function beyondLimits<T extends Kept>(kept: readonly T[], limits: Limits, now: number): T[] {
  let [number, bytes] = [0, 0];
  const newestFirst = kept.toSorted((a, b) => b.at - a.at);
  // What is older than the first that does not fit goes too, though it may be small: there are no holes in what is kept.
  const firstBeyond = newestFirst.findIndex((one, place) => {
    number += one.number;
    bytes += one.bytes;
    const { age: mostAge = Infinity, number: mostNumber = Infinity, bytes: mostBytes = Infinity } = limits;
    return place > 0 && (now - one.at > mostAge || number > mostNumber || bytes > mostBytes);
  });
  return firstBeyond < 0 ? [] : newestFirst.slice(firstBeyond).reverse();
}
