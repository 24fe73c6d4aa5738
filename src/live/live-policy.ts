import { z } from 'zod';
import { matrixFile } from '../contracts/home.ts';
import { parseYamlFile } from '../contracts/yaml-file.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
const units: Record<string, number> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs };

/** `90s`, `10m`, `24h` or `14d` within hard limits, in milliseconds. */
function span(least: string, most: string) {
  return z
    .string()
    .regex(/^\d{1,5}[smhd]$/, 'a time is a number of seconds, minutes, hours or days, such as 90s, 10m, 24h or 14d')
    .transform(msOf)
    .refine((ms) => ms >= msOf(least) && ms <= msOf(most), `the hard limits are ${least} to ${most}`);
}

function msOf(text: string): number {
  return Number.parseInt(text, 10) * (units[text.slice(-1)] as number);
}

/** A whole number within hard limits. */
function count(least: number, most: number) {
  return z.int().refine((value) => value >= least && value <= most, `the hard limits are ${least} to ${most}`);
}

/** The flows of `canaries/live` that link nothing: nothing is linked anew by itself. */
const flowsOnBuilds = [
  'restore-to-ready',
  'message-round-trip',
  'media-both-ways',
  'reply-react-edit-delete',
  'group-life',
  'every-method',
] as const;

const reminderDay = count(1, 13);

/**
 * What attempts on the live site may do with the user's numbers. The bounds in this schema are the hard limits: a policy that exceeds
 * one is refused. Times are milliseconds once read.
 */
export const livePolicySchema = z.strictObject({
  schemaVersion: z.literal(1),
  devicesPerNumber: count(1, 3),
  restores: z.strictObject({ spacing: span('5m', '7d'), perHour: count(1, 8), perDay: count(1, 60) }),
  links: z.strictObject({ perDay: count(1, 2), afterUnlink: span('10m', '7d') }),
  codes: z.strictObject({ qrPerDay: count(1, 5), pairingPerDay: count(1, 3), afterRefusal: span('24h', '30d') }),
  messages: z.strictObject({ spacing: span('2s', '1h'), jitter: span('0s', '1h'), perDay: count(1, 200) }),
  coolDowns: z.strictObject({
    conflict: span('10m', '30d'),
    removed: span('24h', '30d'),
    temporaryBan: span('12h', '90d'),
    restriction: span('12h', '90d'),
  }),
  failures: z.strictObject({ inARow: count(1, 8), rest: span('15m', '30d') }),
  breaker: z.strictObject({ numbers: count(1, 3), within: span('24h', '30d') }),
  site: z.strictObject({ firstWait: span('1m', '1d'), longestWait: span('30m', '7d') }),
  waitAtMost: span('0s', '24h'),
  phone: z.strictObject({
    remindAfterDays: z
      .tuple([reminderDay, reminderDay, reminderDay], 'three days: of the first reminder, the second and the last one')
      .refine(([first, second, last]) => first < second && second < last, 'each reminder is later than the one before'),
  }),
  /** Of `watch --live`: the time between two looks for a new build, and the attempts with accounts on each, of which flows. */
  builds: z
    .strictObject({
      every: span('1h', '7d'),
      attempts: count(0, 20),
      flows: z.array(z.enum(flowsOnBuilds)).min(1).default(['restore-to-ready']),
    })
    .prefault({ every: '1h', attempts: 4 }),
});
export type LivePolicy = z.output<typeof livePolicySchema>;

/** @throws InputError naming file, line and key. */
export function readLivePolicy(file = matrixFile('live-policy.yaml')): LivePolicy {
  return parseYamlFile(file, livePolicySchema);
}
