import { z } from 'zod';
import {
  accountSchema,
  accountStatusSchema,
  instanceSchema,
  rolloutDecisionSchema,
  rolloutSchema,
  workspaceSchema,
} from './service-api.ts';

/** What a person who watches the service looks at first. Times are ISO 8601 in UTC. */

const count = z.int().min(0);
const time = z.iso.datetime();

const sessionSchema = z.strictObject({
  account: accountSchema.shape.id,
  workspace: accountSchema.shape.workspace,
  workspaceName: workspaceSchema.shape.name,
  phone: accountSchema.shape.phone,
  library: accountSchema.shape.library,
  code: z.string().describe('what its last start failed with, or why it is started'),
  since: time,
});

export const overviewSchema = z.strictObject({
  at: time,
  accounts: z.record(accountStatusSchema, count).describe('accounts that are not deleted, by their present status'),
  attention: z.strictObject({
    groups: z
      .array(z.strictObject({ code: z.string(), library: z.string(), accounts: count, since: time }))
      .describe('sessions that wait for a person, by what they failed with and their version; the largest group first'),
    sessions: z.array(sessionSchema).describe('those that wait longest, at most 20'),
  }),
  lostLogins: z.strictObject({
    accounts: count.describe('accounts that lost their login in the last day and have to be linked again'),
    newest: z.array(sessionSchema).describe('the newest of them, at most 20'),
  }),
  restorations: z.strictObject({
    running: count.describe('sessions with a saved login that an instance is starting'),
    linking: count.describe('links under way'),
    backoff: count.describe('sessions that start by themselves after their backoff'),
    unowned: count.describe('sessions that may start and that no instance has taken'),
    oldest: z
      .array(sessionSchema)
      .describe('those of `running`, `backoff` and `unowned` that are down longest, at most 20'),
  }),
  webhooks: z
    .array(
      z.strictObject({
        workspace: accountSchema.shape.workspace,
        webhook: z.string(),
        failing: count.describe('pending deliveries of which an attempt failed'),
        dead: count.describe('dead letters'),
      }),
    )
    .describe('those with deliveries that failed'),
  instances: z.array(instanceSchema).nullable().describe('as `GET /v1/instances`; null for a key of one workspace'),
  rollout: z
    .strictObject({ rollout: rolloutSchema, decision: rolloutDecisionSchema.nullable() })
    .nullable()
    .describe('the active rollout with its newest decision; null for a key of one workspace'),
});
export type Overview = z.output<typeof overviewSchema>;

/** Accounts by status at each of these times, oldest first. */
export const statusHistorySchema = z.strictObject({
  stepMs: z.int(),
  points: z.array(z.strictObject({ at: time, accounts: z.record(accountStatusSchema, count) })),
});
export type StatusHistory = z.output<typeof statusHistorySchema>;
