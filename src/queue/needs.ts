import { z } from 'zod';
import type { Cell } from '../contracts/attempt.ts';
import { targetSchema } from '../contracts/outcome.ts';
import { plural } from '../words/text.ts';

/** The version of everything that `run --queue` and `worker` write to Redis. Another one is another fleet on the same server. */
export const queueSchema = 2;

/** What an attempt needs of a worker. Every need has a queue of its own, so that no worker takes what it cannot make. */
export const queueNeedSchema = z.strictObject({
  schema: z.number().int(),
  /** Of wwebjs-canary: records of two versions are not compared. */
  version: z.string(),
  /** The facts about builds, without captures: `base` of the facts of the run. */
  facts: z.string(),
  target: targetSchema,
  browser: z.string(),
  library: z.string(),
});
export type QueueNeed = z.infer<typeof queueNeedSchema>;

/** What a worker makes attempts with; a list that is left out matches everything. */
export const servesSchema = z.object({
  targets: z.array(targetSchema),
  browsers: z.array(z.string()),
  libraries: z.array(z.string()).optional(),
});
export type Serves = z.infer<typeof servesSchema>;

/** A worker that is connected. */
export const fleetWorkerSchema = z.object({
  id: z.string(),
  name: z.string(),
  schema: z.number().int(),
  version: z.string(),
  /** As of a need. */
  facts: z.string(),
  /** Attempts at the same time. */
  slots: z.number().int(),
  /** Attempts that it makes now. */
  running: z.number().int(),
  serves: servesSchema,
});
export type FleetWorker = z.infer<typeof fleetWorkerSchema>;

/** The need of a cell, with version and facts of what starts the run. */
export function needOf(
  { target, browser, library }: Cell,
  { version, facts }: Pick<QueueNeed, 'version' | 'facts'>,
): QueueNeed {
  return { schema: queueSchema, version, facts, target, browser, library };
}

/** The name of the queue of a need. BullMQ forbids colons in it. */
export function queueName({ schema, version, facts, target, browser, library }: QueueNeed): string {
  return [schema, version, facts, target, browser, library].map((part) => encodeURIComponent(part)).join(' ');
}

/** Why a worker takes no attempt with this need; null when it does. */
export function whyNotServed(
  worker: Pick<FleetWorker, 'schema' | 'version' | 'facts' | 'serves'>,
  need: QueueNeed,
): string | null {
  const { targets, browsers, libraries } = worker.serves;
  if (worker.schema !== need.schema) return `has queue schema ${worker.schema} and the run has ${need.schema}`;
  if (worker.version !== need.version)
    return `is wwebjs-canary ${worker.version} and the run was started by ${need.version}`;
  if (worker.facts !== need.facts)
    return 'has other facts about builds than the run; `surface update` with the same file on both makes them equal';
  if (!targets.includes(need.target)) return `serves the target ${targets.join(', ')}`;
  if (!browsers.includes(need.browser)) return `serves the browsers ${browsers.join(', ')}`;
  if (libraries && !libraries.includes(need.library)) return `serves the libraries ${libraries.join(', ')}`;
  return null;
}

/** Why attempts wait although they are in the queue, in one sentence; null when a worker serves them. */
export function waitingReason(need: QueueNeed, attempts: number, workers: readonly FleetWorker[]): string | null {
  const refusals = workers.map((worker) => whyNotServed(worker, need));
  if (refusals.includes(null)) return null;
  const { target, browser, library } = need;
  const what = `${plural(attempts, 'attempt')} of ${library} on browser ${browser}, target ${target}`;
  if (workers.length === 0)
    return `${what}: no worker is connected; start one with \`wwebjs-canary worker --queue URL\``;
  const counts = Map.groupBy(refusals, (refusal) => refusal);
  const each = [...counts].map(([refusal, its]) =>
    its.length === 1 ? `one ${refusal}` : `${its.length}: each ${refusal}`,
  );
  return `${what}: none of ${plural(workers.length, 'worker')} serves it: ${each.join('; ')}`;
}
