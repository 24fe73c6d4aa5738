import { accountBrowserSchema, proxyTestSchema } from './account-browser.ts';
import { accountCountsSchema, accountsSchema } from './account-lists.ts';
import { servedHistorySchema } from './canary-history.ts';
import { overviewSchema, statusHistorySchema } from './overview.ts';
import * as api from './service-api.ts';
import * as calls from './service-calls.ts';
import * as events from './service-events.ts';
import { verdictSchema } from './verdict.ts';

/** Names of shapes in OpenAPI, which generated clients give to their types. Each shape occurs once. */

/** Bodies that the service sends: answers, events and webhooks. */
export const answerSchemas = {
  Account: api.accountSchema,
  AccountCounts: accountCountsSchema,
  Accounts: accountsSchema,
  ApiKey: api.apiKeySchema,
  ApiKeys: api.apiKeysSchema,
  CanaryHistory: servedHistorySchema,
  Deliveries: api.deliveriesSchema,
  Health: api.healthSchema,
  History: api.historySchema,
  Instance: api.instanceSchema,
  Instances: api.instancesSchema,
  LibraryAnswer: calls.libraryAnswerSchema,
  LibraryEvent: events.libraryEventSchema,
  LinkCode: api.linkCodeSchema,
  LinkEvent: events.linkEventSchema,
  LinkSuccess: api.linkSuccessSchema,
  Matrix: api.servedMatrixSchema,
  NewApiKey: api.newKeySchema,
  NewWebhook: api.newWebhookSchema,
  Overview: overviewSchema,
  Problem: api.problemSchema,
  ProxyTest: proxyTestSchema,
  Quotas: api.quotasSchema,
  Readiness: api.readinessSchema,
  Resent: api.resentSchema,
  Restored: api.restoredSchema,
  Rollout: api.rolloutSchema,
  RolloutDecision: api.rolloutDecisionSchema,
  RolloutDecisions: api.rolloutDecisionsSchema,
  Rollouts: api.rolloutsSchema,
  SentText: api.sentSchema,
  SessionStart: api.sessionStartSchema,
  SessionStarts: api.sessionStartsSchema,
  StatusHistory: statusHistorySchema,
  Transition: api.transitionSchema,
  Verdict: verdictSchema,
  StreamedEvent: events.streamedEventSchema,
  Webhook: api.webhookSchema,
  WebhookAccountAttention: events.accountAttentionEventSchema,
  WebhookAccountStatus: events.accountStatusEventSchema,
  WebhookEvent: events.webhookEventSchema,
  WebhookMessage: events.messageEventSchema,
  Webhooks: api.webhooksSchema,
  Workspace: api.workspaceSchema,
  Workspaces: api.workspacesSchema,
};

/** Bodies that the service accepts. */
export const requestSchemas = {
  AdvanceRollout: api.advanceRolloutSchema.unwrap(),
  ChooseLibrary: api.pinSchema,
  CreateApiKey: api.createKeySchema,
  CreateRollout: api.createRolloutSchema,
  CreateWebhook: api.createWebhookSchema,
  CreateWorkspace: api.createWorkspaceSchema,
  HandInVerdict: api.rolloutVerdictSchema,
  LibraryCall: calls.libraryCallSchema,
  LinkNumber: api.linkSchema,
  MarkCanary: api.canarySchema,
  RestoreAll: api.restoreAllSchema.unwrap(),
  RotateApiKey: api.rotateKeySchema,
  SendText: api.sendTextSchema,
  SetAccountBrowser: accountBrowserSchema,
  SetQuotas: api.quotasSchema,
};
