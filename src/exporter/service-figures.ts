import { type RolloutPlan, stageAt } from '../contracts/rollout-plan.ts';
import { linkSuccessWindows, uniqueConstraints, violationOutcomes } from '../contracts/service-states.ts';
import { BuildCounter, unknownBuild } from '../metrics/build-counter.ts';
import { families } from '../metrics/families.ts';
import { listed } from '../metrics/family.ts';
import type { Instruments } from '../metrics/instruments.ts';
import type { Database } from '../store/database/database.ts';
import { type EndedStart, type ExportedTables, ServiceReads } from './service-reads.ts';

const codes = families.linkAttempts.labels.code;

/** Figures of the service from its tables: of all instances together, those included that are gone. */
export class ServiceFigures {
  readonly #reads: ServiceReads;
  readonly #links;
  readonly #workspaceLinks;
  readonly #buildLinks;
  readonly #restorations;
  readonly #workspaceRestorations;
  readonly #buildRestorations;
  readonly #violations;
  readonly #accounts;
  readonly #workspaceAccounts;
  readonly #backlog;
  readonly #attention;
  readonly #lostLogins;
  readonly #webhooks;
  readonly #deliveriesPending;
  readonly #deliveryAge;
  readonly #deliveryDelay;
  readonly #leases;
  readonly #instances;
  readonly #capacity;
  readonly #rolloutPercent;
  readonly #rolloutStep;
  readonly #rolloutDecision;
  readonly #rolloutExpected;
  readonly #plan: RolloutPlan;
  readonly #success;
  #openStarts: number[] = [];
  #last = { link: 0, start: 0, violation: 0, login: 0 };

  constructor(database: Database<ExportedTables>, instruments: Instruments, plan: RolloutPlan) {
    this.#plan = plan;
    this.#reads = new ServiceReads(database);
    this.#links = instruments.counter(families.linkAttempts);
    this.#workspaceLinks = instruments.counter(families.workspaceLinkAttempts);
    this.#buildLinks = new BuildCounter(instruments.counter(families.buildLinkAttempts));
    this.#restorations = instruments.counter(families.restorations);
    this.#workspaceRestorations = instruments.counter(families.workspaceRestorations);
    this.#buildRestorations = new BuildCounter(instruments.counter(families.buildRestorations));
    this.#violations = instruments.counter(families.violations);
    this.#accounts = instruments.gauge(families.accounts);
    this.#workspaceAccounts = instruments.gauge(families.workspaceAccounts);
    this.#backlog = instruments.gauge(families.restorationBacklog);
    this.#attention = instruments.gauge(families.sessionsNeedingAttention);
    this.#lostLogins = instruments.counter(families.lostLogins);
    this.#webhooks = instruments.gauge(families.webhooks);
    this.#deliveriesPending = instruments.gauge(families.deliveriesPending);
    this.#deliveryAge = instruments.gauge(families.deliveryAge);
    this.#deliveryDelay = instruments.gauge(families.deliveryDelay);
    this.#leases = instruments.gauge(families.leases);
    this.#instances = instruments.gauge(families.instances);
    this.#capacity = instruments.gauge(families.sessionCapacity);
    this.#rolloutPercent = instruments.gauge(families.rolloutPercent);
    this.#rolloutStep = instruments.gauge(families.rolloutStepTime);
    this.#rolloutDecision = instruments.gauge(families.rolloutDecisionTime);
    this.#rolloutExpected = instruments.gauge(families.rolloutExpected);
    this.#success = instruments.gauge(families.linkSuccessRatio);
    // Series that exist from the start, so that the first violation is an increase that an alert can see.
    for (const constraint of uniqueConstraints)
      for (const outcome of violationOutcomes) this.#violations.inc({ constraint, outcome }, 0);
  }

  async refresh(): Promise<void> {
    await this.#countLinks();
    await this.#countRestorations();
    await this.#countViolations();
    await this.#countLostLogins();
    await this.#setPresent();
    await this.#setWebhooks();
  }

  async #countLinks(): Promise<void> {
    for (;;) {
      const { links, lastSeq } = await this.#reads.links(this.#last.link);
      for (const { workspace, build, library, outcome, code } of links) {
        const ready = { library, outcome: 'ready', code: '' } as const;
        const link = { library, outcome, code: listed(codes, code) };
        this.#links.inc(ready, 0);
        this.#links.inc(link);
        this.#workspaceLinks.inc({ workspace, ...ready }, 0);
        this.#workspaceLinks.inc({ workspace, ...link });
        this.#buildLinks.inc({ build: build ?? unknownBuild, ...link });
      }
      if (lastSeq === this.#last.link) return;
      this.#last.link = lastSeq;
    }
  }

  async #countRestorations(): Promise<void> {
    const closed = await this.#reads.endedOf(this.#openStarts);
    const closedIds = new Set(closed.map(({ id }) => id));
    this.#openStarts = this.#openStarts.filter((id) => !closedIds.has(id));
    for (const start of closed) this.#countRestoration(start);
    for (;;) {
      const { ended, open, lastId } = await this.#reads.restorations(this.#last.start);
      for (const start of ended) this.#countRestoration(start);
      this.#openStarts.push(...open);
      if (lastId === this.#last.start) return;
      this.#last.start = lastId;
    }
  }

  #countRestoration({ workspace, library, build, outcome, code }: EndedStart): void {
    const ready = { library, outcome: 'ready', code: '' } as const;
    const ended = { library, outcome, code: listed(codes, code) };
    this.#restorations.inc(ready, 0);
    this.#restorations.inc(ended);
    this.#workspaceRestorations.inc({ workspace, ...ready }, 0);
    this.#workspaceRestorations.inc({ workspace, ...ended });
    this.#buildRestorations.inc({ build: build ?? unknownBuild, ...ended });
  }

  async #countViolations(): Promise<void> {
    for (;;) {
      const violations = await this.#reads.violations(this.#last.violation);
      for (const { id, constraint, outcome } of violations) {
        this.#violations.inc({ constraint: listed(uniqueConstraints, constraint), outcome });
        this.#last.violation = id;
      }
      if (violations.length === 0) return;
    }
  }

  async #countLostLogins(): Promise<void> {
    const { lost, lastSeq } = await this.#reads.lostLogins(this.#last.login);
    for (const { library, code } of lost) this.#lostLogins.inc({ library, code: listed(codes, code) });
    this.#last.login = lastSeq;
  }

  async #setWebhooks(): Promise<void> {
    const { pending, oldestAt, dueAt, working, failing, now } = await this.#reads.webhooks();
    const since = (at: number | null) => (at === null ? 0 : Math.max(0, now - at) / 1000);
    this.#deliveriesPending.set({}, pending);
    this.#deliveryAge.set({}, since(oldestAt));
    this.#deliveryDelay.set({}, since(dueAt));
    this.#webhooks.set({ state: 'working' }, working);
    this.#webhooks.set({ state: 'failing' }, failing);
  }

  async #setPresent(): Promise<void> {
    const { held, free, backlog, attention } = await this.#reads.wanted();
    this.#leases.set({ state: 'held' }, held);
    this.#leases.set({ state: 'free' }, free);
    this.#backlog.set({}, backlog);
    const { living, capacity } = await this.#reads.instances();
    this.#instances.set({}, living);
    this.#capacity.clear();
    if (capacity !== null) this.#capacity.set({}, capacity);
    this.#attention.clear();
    for (const { code, count } of attention) this.#attention.add({ code: listed(codes, code) }, count);
    this.#setAccounts(await this.#reads.accounts());
    await this.#setSuccess();
    await this.#setRollout();
  }

  async #setSuccess(): Promise<void> {
    const read = families.linkSuccessRatio.labels.window.map(async (window) => {
      const links = await this.#reads.linkSuccess(linkSuccessWindows[window]);
      return { window, links };
    });
    const byWindow = await Promise.all(read);
    this.#success.clear();
    for (const { window, links } of byWindow) {
      for (const { library, ended, connected } of links) {
        if (ended > 0) this.#success.set({ library, window }, connected / ended);
      }
    }
  }

  #setAccounts(counts: Awaited<ReturnType<ServiceReads['accounts']>>): void {
    this.#accounts.clear();
    this.#workspaceAccounts.clear();
    for (const { workspace, count, ...labels } of counts) {
      // The series is there before the first loss, so that an alert sees that one as an increase.
      this.#lostLogins.inc({ library: labels.library, code: 'unlinked' }, 0);
      this.#accounts.add(labels, count);
      this.#workspaceAccounts.add({ workspace, ...labels }, count);
    }
  }

  async #setRollout(): Promise<void> {
    const rollout = await this.#reads.rollout();
    const decided = rollout && (await this.#reads.rolloutDecision(rollout.id));
    const gauges = [this.#rolloutPercent, this.#rolloutStep, this.#rolloutDecision, this.#rolloutExpected];
    for (const gauge of gauges) gauge.clear();
    if (!rollout) return;
    const { baseline, candidate, percent, state, at } = rollout;
    this.#rolloutPercent.set({ baseline, candidate, state }, percent);
    this.#rolloutStep.set({ baseline, candidate }, at / 1000);
    if (decided) {
      const { decision, reason } = decided;
      this.#rolloutDecision.set({ baseline, candidate, decision, reason }, decided.at / 1000);
    }
    if (state !== 'active') return;
    const { successPercent } = stageAt(this.#plan.stages, Date.now() - at);
    this.#rolloutExpected.set({ candidate, bound: 'lower' }, successPercent.from / 100);
    this.#rolloutExpected.set({ candidate, bound: 'upper' }, successPercent.to / 100);
  }
}
