import { z } from 'zod';
import { sessionCauses } from '../codes/codes.ts';
import { accountBrowserSchema, shownProxySchema } from './account-browser.ts';
import { causeSchema, cellSchema } from './attempt.ts';
import { eventNamesSchema, subscriptionsSchema } from './event-names.ts';
import { expectationSchema } from './matrix.ts';
import { outcomeSchema, phaseSchema } from './outcome.ts';
import { phoneNumberSchema } from './phone-control.ts';
import { decisionCauses, decisionFiguresSchema, decisionReasonSchema, decisionWords } from './rollout-decision.ts';
import { callCauseSchema, methodRulesSchema } from './service-calls.ts';
import { accountStatuses, apiScopes, deliveryStates, rolloutStates, startOutcomes } from './service-states.ts';
import { verdictRuleSchema, verdictWordSchema } from './verdict.ts';

/** Shapes of the HTTP API of the service. Times are ISO 8601 in UTC. OpenAPI is generated from these. */

const id = z.string().regex(/^[\w.-]{1,64}$/, 'an id: letters, digits, "-", "_" and "."');
const time = z.iso.datetime();
export const exactVersionSchema = z
  .string()
  .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}(-[\w.]{1,40})?$/, 'an exact version such as 1.34.7');

/** Null where the page has not reported it; it is never guessed. */
const build = z.string().nullable();

export const accountStatusSchema = z.enum(accountStatuses);

export const workspaceParams = z.strictObject({ workspace: id });
export const accountParams = z.strictObject({ workspace: id, account: id });
export const answeredFileParams = accountParams.extend({ file: z.uuid() });
/** The longest id of a message has about 100 characters. */
export const messageFileParams = accountParams.extend({ message: z.string().min(1).max(200) });
export const eventsQuery = z.strictObject({ events: eventNamesSchema.optional() });
export const idParams = z.strictObject({ id });

/** Query values come as text. */
export const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a number from 1 to 200')
    .default('50'),
  after: id.optional(),
});

const quota = z.int().min(0).max(1_000_000_000).nullable();
/** Null where there is no quota. */
export const quotasSchema = z.strictObject({
  accounts: quota.describe('accounts that hold their number, those that are being linked included'),
  startingLinks: quota.describe('links that wait for the scan of their code'),
  callsPerMinute: quota.describe('requests to addresses of the workspace, by all keys and at all instances'),
});
export const workspaceSchema = z.strictObject({ id, name: z.string(), quotas: quotasSchema, createdAt: time });
export const createWorkspaceSchema = z.strictObject({ name: z.string().trim().min(1).max(200) });
export const workspacesSchema = z.strictObject({ items: z.array(workspaceSchema), next: id.nullable() });

export const accountSchema = z.strictObject({
  id,
  workspace: id,
  session: id,
  /** Names the account in the labels of metrics, where ids and numbers are never shown. */
  handle: z.string(),
  /** Digits of the international number; until the phone has confirmed it, the requested number or null. */
  phone: phoneNumberSchema.nullable(),
  status: accountStatusSchema,
  /** Why it has this status: a code of docs/service.md. */
  cause: z.string(),
  since: time,
  /** The version that hosted the session last. */
  library: z.string(),
  build: build.describe('the WhatsApp Web build that its page said last'),
  /** The version chosen for this account by a request. */
  libraryPin: z.string().nullable(),
  /** True when other canary accounts of the workspace probe its session. */
  canary: z.boolean(),
  proxy: shownProxySchema.nullable().describe('the proxy of its browser'),
  browserArguments: z.array(z.string()).describe('further arguments of its browser'),
  /** Set when the session keeps failing and waits for a person: the code of the failure. */
  attention: z.string().nullable(),
  createdAt: time,
});

export const linkSchema = z
  .strictObject({
    /** The number that will be linked, if it is known. */
    phone: phoneNumberSchema.optional(),
    /** True for a code that is typed on the phone in place of a QR code; needs `phone`. */
    pairing: z.boolean().optional(),
    /** Hosts this account with this version instead of the one that configuration and rollout choose. */
    library: exactVersionSchema.optional(),
    /** Needs a key with the scope `admin`. */
    browser: accountBrowserSchema.optional(),
  })
  .refine(({ pairing, phone }) => !pairing || phone !== undefined, {
    path: ['phone'],
    error: 'a pairing code needs the number',
  });
export const pinSchema = z.strictObject({ library: exactVersionSchema.nullable() });

export const canarySchema = z.strictObject({ canary: z.boolean() });

export const sessionCauseSchema = z.enum(sessionCauses);

/** Which of the sessions that wait are started; what is left out does not matter. */
export const restoreAllSchema = z
  .strictObject({
    code: sessionCauseSchema.optional().describe('the code of their last failure'),
    library: exactVersionSchema.optional().describe('the version that hosted them last'),
    waitsFor: z
      .enum(['person', 'backoff'])
      .optional()
      .describe('only those that a person has to restore, or only those that start by themselves after their backoff'),
  })
  .optional();
export const restoredSchema = z.strictObject({ restored: z.int().describe('how many sessions may start now') });

export const linkCodeSchema = z.strictObject({
  kind: z.enum(['qr', 'pairing']),
  code: z.string(),
  /** Counts the codes of this link, from 1. */
  number: z.int().min(1),
  issuedAt: time,
});

export const transitionSchema = z.strictObject({
  seq: z.int(),
  from: z.union([accountStatusSchema, z.literal('none')]),
  to: accountStatusSchema,
  cause: z.string(),
  library: z.string(),
  build: build.describe('the WhatsApp Web build that the page had said until then'),
  instance: z.string(),
  /** Milliseconds spent in `from`. */
  durationMs: z.number(),
  at: time,
});
export const historyQuery = z.strictObject({
  limit: pageQuery.shape.limit,
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'the `next` of the page before')
    .optional(),
});
export const transitionsQuery = historyQuery.extend({ order: z.enum(['oldest', 'newest']).default('oldest') });
export const historySchema = z.strictObject({ items: z.array(transitionSchema), next: z.int().nullable() });

export const sessionStartSchema = z.strictObject({
  id: z.int(),
  cause: z.string().describe('why it was started: a cause of docs/service.md'),
  library: z.string(),
  build: build.describe('the WhatsApp Web build that its page said'),
  instance: z.string(),
  startedAt: time,
  endedAt: time.nullable().describe('when it was ready or failed; null while it is in progress'),
  outcome: z.enum(startOutcomes).nullable(),
  code: z.string().nullable().describe('why it failed, or how it was lost after it had been ready'),
  lostAt: time.nullable().describe('when it was lost after it had been ready'),
});
export const sessionStartsSchema = z.strictObject({ items: z.array(sessionStartSchema), next: z.int().nullable() });

export const sendTextSchema = z.strictObject({ to: phoneNumberSchema, text: z.string().min(1).max(4_096) });
export const sentSchema = z.strictObject({
  /** The id of the library; null where it has none. */
  id: z.string().nullable(),
});

const rolloutStateSchema = z.enum(rolloutStates);
export const rolloutSchema = z.strictObject({
  id,
  baseline: z.string(),
  candidate: z.string(),
  /** Percentage of accounts that the candidate hosts. */
  percent: z.number().min(0).max(100),
  state: rolloutStateSchema,
  createdAt: time,
  steps: z.array(
    z.strictObject({ percent: z.number(), state: rolloutStateSchema, cause: z.enum(decisionCauses), at: time }),
  ),
});
export const rolloutsSchema = z.strictObject({ items: z.array(rolloutSchema) });
export const createRolloutSchema = z
  .strictObject({ baseline: exactVersionSchema, candidate: exactVersionSchema })
  .refine(({ baseline, candidate }) => baseline !== candidate, {
    path: ['candidate'],
    error: 'has to be another version than the baseline',
  });
export const advanceRolloutSchema = z
  .strictObject({
    percent: rolloutSchema.shape.percent
      .optional()
      .describe('the percent that the rollout had when this was decided; refused when it has moved in the meantime'),
  })
  .optional();
export const rolloutVerdictSchema = z.strictObject({ verdict: verdictWordSchema });
export const rolloutDecisionSchema = z.strictObject({
  seq: z.int(),
  decision: z.enum(decisionWords),
  /** By request, by a verdict in a request, or judged by the service itself. */
  cause: z.enum(decisionCauses),
  reason: decisionReasonSchema,
  /** The reason in words, with numbers. */
  because: z.string(),
  /** The result of the decision. */
  percent: z.number(),
  state: rolloutStateSchema,
  /** The verdict of the gate; null where none was needed. */
  verdict: verdictWordSchema.nullable(),
  rule: verdictRuleSchema.nullable(),
  policy: z.strictObject({ name: z.string(), sha256: z.string() }).nullable(),
  figures: decisionFiguresSchema,
  instance: z.string(),
  at: time,
});
export const rolloutDecisionsSchema = z.strictObject({
  items: z.array(rolloutDecisionSchema),
  next: z.int().nullable(),
});

export const scopeSchema = z.enum(apiScopes);
export const apiKeySchema = z.strictObject({
  id,
  name: z.string(),
  scope: scopeSchema,
  workspace: id.nullable().describe('the only workspace that the key reaches; null: all workspaces'),
  methods: methodRulesSchema
    .nullable()
    .describe('which methods of the library the key may call, and which events it may follow; null: all'),
  createdAt: time,
  expiresAt: time.nullable(),
});
export const apiKeysSchema = z.strictObject({ items: z.array(apiKeySchema) });
export const createKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  scope: scopeSchema,
  workspace: id.optional().describe('the only workspace that the key reaches; without it, the key reaches all'),
  methods: methodRulesSchema.optional(),
});
export const rotateKeySchema = z.strictObject({
  /** How long the old key stays valid, in seconds. */
  overlapSeconds: z.int().min(0).max(2_592_000),
});
/** A key with its text, which no other answer shows. */
export const newKeySchema = apiKeySchema.extend({ key: z.string() });

export const webhookParams = z.strictObject({ workspace: id, webhook: id });
export const webhookSchema = z.strictObject({
  id,
  url: z.string(),
  events: z
    .array(z.string())
    .nullable()
    .describe('what it gets; null: changes of status, sessions that need a person, and messages in short'),
  createdAt: time,
  failingSince: time
    .nullable()
    .describe('the first failed attempt since the last successful one; null while none failed since'),
  pending: z.int().describe('deliveries that are tried again'),
  oldestPendingAt: time.nullable(),
  dead: z.int().describe('dead letters'),
});
export const webhooksSchema = z.strictObject({ items: z.array(webhookSchema) });
export const createWebhookSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .max(2_000)
    // Every key with the scope `read` sees the addresses, and would see a password in one.
    .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), 'an address without user name and password'),
  events: subscriptionsSchema
    .optional()
    .describe(
      'names of events of the library, `account.status` and `account.attention`; without it, changes of status, sessions that need a person, and messages in short',
    ),
});
/** A webhook with its secret, which no other answer shows. */
export const newWebhookSchema = webhookSchema.extend({ secret: z.string() });
export const deliveriesQuery = z.strictObject({
  state: z.enum([...deliveryStates, 'all']).default('dead'),
  limit: pageQuery.shape.limit,
  after: z
    .string()
    .regex(/^\d{1,15}\.[\w-]{1,40}$/, 'the `next` of the page before')
    .optional(),
});
export const deliveriesSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      state: z.enum(deliveryStates),
      attempts: z.int(),
      /** The result of the last attempt: a status or an error. */
      lastResult: z.string().nullable(),
      lastAttemptAt: time.nullable(),
      nextAttemptAt: time.nullable().describe('when a pending delivery is tried next; null for the others'),
      request: z.string().nullable().describe('of the request that its session was started for'),
      createdAt: time,
      body: z.string().nullable().describe('the JSON text that the service posts; null after its delivery'),
    }),
  ),
  next: z.string().nullable(),
});
export const deliveryParams = webhookParams.extend({ delivery: id });
export const resentSchema = z.strictObject({ resent: z.int() });

export const linkSuccessQuery = z.strictObject({ since: z.iso.datetime().optional() });
const endedLinks = { ended: z.int(), connected: z.int() };
export const linkSuccessSchema = z.strictObject({
  since: time,
  items: z.array(
    z.strictObject({
      library: z.string(),
      ...endedLinks,
      builds: z
        .array(z.strictObject({ build, ...endedLinks }))
        .describe('the same links by the WhatsApp Web build that the page had said when they ended'),
    }),
  ),
});

export const servedMatrixSchema = z.strictObject({
  dataEnds: z
    .strictObject({ date: z.iso.date(), ageDays: z.int().min(0) })
    .describe('the day at which the data of WhatsApp Web ends, and its age in whole days'),
  run: z.strictObject({ id: z.string(), startedAt: time, finishedAt: time.nullable() }).nullable(),
  cells: z.array(
    z.strictObject({
      ...cellSchema.shape,
      /** Null before the first attempt. */
      outcome: outcomeSchema.nullable(),
      code: z.string().nullable(),
      phase: phaseSchema.nullable(),
      cause: causeSchema.nullable().describe('why it failed, with the proof'),
      expectation: expectationSchema.nullable(),
      surprise: z
        .boolean()
        .describe('true when an attempt did not end as expected; a cell without an expectation is expected to pass'),
    }),
  ),
});
export type ServedMatrix = z.output<typeof servedMatrixSchema>;

export const instanceSchema = z.strictObject({
  id,
  host: z.string().describe('name of its machine'),
  address: z.string().nullable().describe('where other instances reach it; null for an older version'),
  state: z
    .enum(['running', 'draining', 'silent'])
    .describe('silent: it wrote no heartbeat for 30 seconds, so it may be dead'),
  slots: z.int().describe('browsers that it starts at the same time'),
  maxSessions: z.int().nullable().describe('null without a limit'),
  sessions: z.int().describe('sessions whose lease it holds'),
  startedAt: time,
  seenAt: time,
  drainAskedAt: time.nullable(),
});
export const instancesSchema = z.strictObject({ items: z.array(instanceSchema) });

export const healthSchema = z.strictObject({ status: z.literal('ok') });
export const readinessSchema = z.strictObject({ status: z.literal('ready'), instance: z.string() });

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** Id of the request in the log. */
  instance: z.string(),
  /** For `invalid-request`: each mistake and its place. */
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
  cause: callCauseSchema.optional().describe('for `call-failed`: why the library or its page threw, with the proof'),
});
export type ProblemBody = z.infer<typeof problemSchema>;
