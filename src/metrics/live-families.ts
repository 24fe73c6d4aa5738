import { type Family, family } from './family.ts';

/** What WhatsApp does to a live account and a person has to look after. */
export const incidentKinds = ['conflict', 'removed', 'restricted', 'temporary-ban', 'banned'] as const;

/** A live account is `resting` where it is active and the limits allow no start now. */
export const poolStates = ['active', 'resting', 'paused', 'retired'] as const;

/** What `watch --live` knows of the build that the live site served last. */
export const liveFamilies = {
  liveBuildInfo: family({
    name: 'wwebjs_live_build_info',
    type: 'gauge',
    help: 'The build that the live site served last; always 1',
    labels: { build: 'any' },
    limit: 1,
  }),
  liveBuildSeen: family({
    name: 'wwebjs_live_build_seen_timestamp_seconds',
    type: 'gauge',
    help: 'When the build that the live site served last was seen first',
    labels: {},
    limit: 1,
  }),
  liveAnswered: family({
    name: 'wwebjs_live_page_timestamp_seconds',
    type: 'gauge',
    help: 'When a page of the live site was read last',
    labels: {},
    limit: 1,
  }),
  liveFailures: family({
    name: 'wwebjs_live_failed_looks',
    type: 'gauge',
    help: 'Looks at the live site in a row that read no page',
    labels: {},
    limit: 1,
  }),
  liveLost: family({
    name: 'wwebjs_live_lost',
    type: 'gauge',
    help: 'Methods and steps up to ready that a version loses on the build that the live site served last, by its source, compared with the build before',
    labels: { library: 'any' },
    limit: 200,
  }),
  liveWorse: family({
    name: 'wwebjs_live_worse_flows',
    type: 'gauge',
    help: 'Flows of a version that passed on a replica of the build before, or on the live site with it, and do not with the one that the live site served last',
    labels: { library: 'any' },
    limit: 200,
  }),
  liveDrift: family({
    name: 'wwebjs_live_drift',
    type: 'gauge',
    help: 'Behaviours and tiers that pages of the build served last show and of which the data says otherwise',
    labels: {},
    limit: 1,
  }),
  liveAccounts: family({
    name: 'wwebjs_live_accounts',
    type: 'gauge',
    help: 'Live accounts by state: active ones rest while the limits allow no start; retired ones have to be linked anew',
    labels: { state: poolStates },
    limit: 4,
  }),
  livePoolStopped: family({
    name: 'wwebjs_live_pool_stopped',
    type: 'gauge',
    help: 'Whether a person has stopped the pool of live accounts',
    labels: {},
    limit: 1,
  }),
  liveBreaker: family({
    name: 'wwebjs_live_breaker_open',
    type: 'gauge',
    help: 'Whether the breaker has stopped the pool of live accounts: too many numbers were restricted or banned',
    labels: {},
    limit: 1,
  }),
  liveIncidents: family({
    name: 'wwebjs_live_incidents',
    type: 'gauge',
    help: 'Live accounts to which WhatsApp did this within a day and which no person has resumed since',
    labels: { kind: incidentKinds },
    limit: 5,
  }),
  livePhoneReminder: family({
    name: 'wwebjs_live_phone_reminder',
    type: 'gauge',
    help: 'The reminder to open the phone of a live account that is due: 0 none, 1 to 3 by remindAfterDays of the policy',
    labels: {},
    limit: 1,
  }),
  livePhoneUnopened: family({
    name: 'wwebjs_live_phone_unopened_seconds',
    type: 'gauge',
    help: 'The longest time since a person wrote down that the phone of a live account was opened; WhatsApp logs its devices out after 14 days',
    labels: {},
    limit: 1,
  }),
} as const satisfies Record<string, Family>;
