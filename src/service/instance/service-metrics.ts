import { collectDefaultMetrics } from 'prom-client';
import type { SessionCause } from '../../codes/codes.ts';
import {
  type DeliveryOutcome,
  deliveryOutcomes,
  type HostOrigin,
  type KeyRejection,
  keyRejections,
  type LinkOutcome,
  type MoveOutcome,
  type MoveReason,
  type ProbeOutcome,
  type SessionStep,
  type ViolationOutcome,
  violationOutcomes,
} from '../../contracts/service-states.ts';
import { BuildCounter, unknownBuild } from '../../metrics/build-counter.ts';
import { families } from '../../metrics/families.ts';
import { listed, overflow } from '../../metrics/family.ts';
import { type GaugeOf, Instruments } from '../../metrics/instruments.ts';
import type { DatabaseLoad } from '../../store/database/database.ts';
import { accountHandle } from '../account-handle.ts';
import type { EndedCall } from '../calls/library-calls.ts';
import { profileFolder } from '../profiles/session-folder.ts';
import type { BrowserMeter, MeasuredBrowsers } from '../sessions/browser-meter.ts';
import type { SessionHosts } from '../sessions/session-host.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { EndedSession } from '../sessions/sessions-options.ts';

export interface MetricsOptions {
  /** The sessions of this instance; called at each scrape. */
  sessions(): Pick<Sessions, 'hosted' | 'launches'>;
  /** Called at each scrape. */
  isDraining(): boolean;
  database: DatabaseLoad;
  browsers: Pick<BrowserMeter, 'of'>;
  /** Those that wait for a session, if any do. */
  hosts?: Pick<SessionHosts, 'waiting'> | undefined;
  /** How many sessions get their own series. */
  detailed: number;
}

/** A request that was answered. */
export interface AnsweredRequest {
  method: string;
  /** The template of its path; null for a path that the API does not have. */
  route: string | null;
  status: number;
  tookMs: number;
}

/** The metrics of one instance. A phone number, session id or text is never a label. */
export class ServiceMetrics {
  readonly #instruments = new Instruments();
  readonly #links = this.#instruments.counter(families.linkAttempts);
  readonly #linkSeconds = this.#instruments.histogram(families.linkDuration);
  readonly #restorations = this.#instruments.counter(families.restorations);
  readonly #buildLinks = new BuildCounter(this.#instruments.counter(families.buildLinkAttempts));
  readonly #buildRestorations = new BuildCounter(this.#instruments.counter(families.buildRestorations));
  readonly #violations = this.#instruments.counter(families.violations);
  readonly #probes = this.#instruments.counter(families.sessionProbes);
  readonly #calls = this.#instruments.counter(families.methodCalls);
  readonly #buildCalls = new BuildCounter(this.#instruments.counter(families.buildMethodCalls));
  readonly #callSeconds = this.#instruments.histogram(families.methodCallDuration);
  readonly #hostClaims = this.#instruments.counter(families.hostClaims);
  readonly #hostDeaths = this.#instruments.counter(families.hostDeaths);
  readonly #hostDeathSessions = this.#instruments.counter(families.hostDeathSessions);
  readonly #moves = this.#instruments.counter(families.sessionMoves);
  readonly #rejectedKeys = this.#instruments.counter(families.rejectedKeys);
  readonly #lostLogins = this.#instruments.counter(families.lostLogins);
  readonly #requests = this.#instruments.histogram(families.httpRequestDuration);
  readonly #statements = this.#instruments.histogram(families.databaseStatementDuration);
  readonly #deliveries = this.#instruments.counter(families.deliveryAttempts);
  readonly #browserCpu = this.#instruments.counter(families.browserCpu);
  readonly #browserMemory = this.#instruments.gauge(families.browserMemory);
  readonly #browserProcesses = this.#instruments.gauge(families.browserProcesses);
  readonly registry = this.#instruments.registry;

  constructor({ sessions, isDraining, database, browsers, hosts, detailed }: MetricsOptions) {
    collectDefaultMetrics({ register: this.registry });
    // Gauges with the name of a counter, and their sum costs more the more sessions there are.
    for (const kind of ['handles', 'requests', 'resources']) {
      this.registry.removeSingleMetric(`nodejs_active_${kind}`);
      this.registry.removeSingleMetric(`nodejs_active_${kind}_total`);
    }
    this.#instruments.gauge(families.warmHosts, (gauge) => {
      for (const [library, count] of hosts?.waiting ?? []) gauge.set({ library }, count);
    });
    this.#instruments.gauge(families.sessions, (gauge) => {
      libraries.clear();
      setSessions({ sessions: gauge, libraries }, sessions());
    });
    // Set together with the gauge of sessions, which is collected before it.
    const libraries = this.#instruments.gauge(families.libraryInfo);
    this.#instruments.gauge(families.sessionLaunches, (gauge) => {
      const { underWay, waiting, free } = sessions().launches;
      const counts = { under_way: underWay, waiting, free };
      for (const state of families.sessionLaunches.labels.state) gauge.set({ state }, counts[state]);
    });
    this.#instruments.gauge(families.instanceDraining, (gauge) => gauge.set({}, isDraining() ? 1 : 0));
    if (detailed > 0) {
      const family = { ...families.sessionDetail, limit: detailed };
      this.#instruments.gauge(family, (gauge) => setOneByOne(gauge, sessions(), detailed));
      this.#instruments.gauge({ ...families.sessionBrowserMemory, limit: detailed }, (gauge) => {
        for (const { handle, use } of usesOneByOne(sessions(), browsers)) gauge.add({ handle }, use.memoryBytes);
      });
      this.#instruments.gauge({ ...families.sessionBrowserCpu, limit: detailed }, (gauge) => {
        for (const { handle, use } of usesOneByOne(sessions(), browsers)) gauge.add({ handle }, use.cpus);
      });
    }
    if (database.pool() !== null) {
      this.#instruments.gauge(families.databaseConnections, (gauge) => {
        const { inUse, free, waiting } = database.pool() ?? { inUse: 0, free: 0, waiting: 0 };
        gauge.set({ state: 'in_use' }, inUse);
        gauge.set({ state: 'free' }, free);
        gauge.set({ state: 'waiting' }, waiting);
      });
    }
    database.onStatement = (tookMs, succeeded) =>
      this.#statements.observe({ outcome: succeeded ? 'answered' : 'failed' }, tookMs / 1000);
    // Series that exist from the start, so that an alert sees the first one as an increase.
    for (const reason of keyRejections) this.rejectedKey(reason, 0);
    for (const outcome of violationOutcomes) this.violation(outcome, 0);
    for (const outcome of deliveryOutcomes) this.#deliveries.inc({ outcome }, 0);
  }

  violation(outcome: ViolationOutcome, count = 1): void {
    this.#violations.inc({ constraint: 'unique_active_phone_workspace', outcome }, count);
  }

  hostClaimed(library: string, from: HostOrigin): void {
    this.#hostClaims.inc({ library, from });
  }

  /** A host ended by itself, with so many sessions. */
  hostDied(library: string, sessions: number): void {
    this.#hostDeaths.inc({ library });
    this.#hostDeathSessions.inc({ library }, sessions);
  }

  rejectedKey(reason: KeyRejection, count = 1): void {
    this.#rejectedKeys.inc({ reason }, count);
  }

  answered({ method, route, status, tookMs }: AnsweredRequest): void {
    // A method that is in no list becomes `overflow`.
    const labels = { method: listed(families.httpRequestDuration.labels.method, method), route: route ?? 'none' };
    this.#requests.observe({ ...labels, status: String(status) }, tookMs / 1000);
  }

  deliveryTried(outcome: DeliveryOutcome): void {
    this.#deliveries.inc({ outcome });
  }

  /** @param measured null where the machine does not tell. */
  browsersMeasured(measured: MeasuredBrowsers | null): void {
    if (measured === null) return;
    this.#browserMemory.set({}, measured.memoryBytes);
    this.#browserProcesses.set({}, measured.processes);
    this.#browserCpu.inc({}, measured.cpuSeconds);
  }

  methodCalled({ library, build, method, outcome, code, tookMs }: EndedCall): void {
    this.#calls.inc({ method, outcome, code, library });
    this.#buildCalls.inc({ library, build: build ?? unknownBuild, method, outcome });
    this.#callSeconds.observe({ method, library }, tookMs / 1000);
  }

  /** A session reached `phase` for the first time after its start. */
  linkPhase(library: string, phase: 'authenticated' | 'ready', tookMs: number): void {
    this.#linkSeconds.observe({ library, phase }, tookMs / 1000);
  }

  sessionMoved(reason: MoveReason, outcome: MoveOutcome): void {
    this.#moves.inc({ reason, outcome });
  }

  probe(library: string, outcome: ProbeOutcome): void {
    this.#probes.inc({ library, outcome });
  }

  sessionReady(of: StartedSession): void {
    // The series is there before the first loss, so that an alert sees that one as an increase.
    this.#lostLogins.inc({ library: of.library, code: 'unlinked' }, 0);
    this.#startEnded(of, { outcome: 'ready', code: '' });
  }

  sessionEnded({ wasReady, end, ...of }: EndedSession): void {
    const isLost = of.settled.kind === 'dead' && of.settled.isLostLogin;
    if (end.kind === 'dead' && isLost) this.#lostLogins.inc({ library: of.library, code: end.cause });
    if (wasReady || (end.kind !== 'failed' && end.kind !== 'dead')) return;
    this.#startEnded(of, { outcome: 'failed', code: end.cause });
  }

  #startEnded(
    { library, build, linking }: StartedSession,
    how: { outcome: LinkOutcome; code: SessionCause | '' },
  ): void {
    (linking ? this.#links : this.#restorations).inc({ library, ...how });
    (linking ? this.#buildLinks : this.#buildRestorations).inc({ library, build: build ?? unknownBuild, ...how });
  }
}

/** The start that became ready or failed. */
type StartedSession = Pick<EndedSession, 'library' | 'build' | 'linking'>;

type Hosted = Pick<Sessions, 'hosted'>;

interface SessionGauges {
  sessions: GaugeOf<typeof families.sessions>;
  libraries: GaugeOf<typeof families.libraryInfo>;
}

/**
 * Counts sessions by version and step, and the versions that their hosts really loaded; a host that has not loaded its library yet is left
 * out. One pass without composed keys: with ten thousand sessions either would cost milliseconds.
 */
function setSessions({ sessions, libraries }: SessionGauges, { hosted }: Hosted): void {
  for (const [library, ofLibrary] of Map.groupBy(hosted, ({ spec }) => spec.library)) {
    const steps = new Map<SessionStep, number>();
    const loads = new Map<string | null, Set<string>>();
    for (const { step, loaded } of ofLibrary) {
      steps.set(step, (steps.get(step) ?? 0) + 1);
      if (!loaded) continue;
      const installed = loads.get(loaded.loaded);
      if (installed) installed.add(loaded.installed);
      else loads.set(loaded.loaded, new Set([loaded.installed]));
    }
    for (const [status, count] of steps) sessions.set({ library, status }, count);
    for (const [loaded, onDisk] of loads) {
      const labels = { role: 'service', declared: library, loaded: loaded ?? '' } as const;
      for (const installed of onDisk) libraries.set({ ...labels, installed }, 1);
    }
  }
}

/** Sessions that are not ready come first, because an operator looks for them. The rest is counted together. */
function setOneByOne(gauge: GaugeOf<typeof families.sessionDetail>, { hosted }: Hosted, most: number): void {
  const isReady = Map.groupBy(hosted, ({ step }) => step === 'ready');
  const sorted = [...(isReady.get(false) ?? []), ...(isReady.get(true) ?? [])];
  for (const { step: status, spec } of sorted.slice(0, most)) {
    const { account, workspace } = spec.lease.ids;
    gauge.set({ handle: accountHandle(account), workspace, library: spec.library, status }, 1);
  }
  for (const [status, { length }] of Map.groupBy(sorted.slice(most), ({ step }) => step)) {
    gauge.add({ handle: overflow, workspace: overflow, library: overflow, status }, length);
  }
}

/** What the browsers of sessions use, each with the handle of its account. */
function usesOneByOne({ hosted }: Hosted, browsers: Pick<BrowserMeter, 'of'>) {
  return hosted.flatMap(({ spec }) => {
    const use = browsers.of(profileFolder(spec.folder));
    return use ? [{ handle: accountHandle(spec.lease.ids.account), use }] : [];
  });
}
