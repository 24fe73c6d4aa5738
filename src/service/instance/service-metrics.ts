import { BuildCounter, unknownBuild } from '../../metrics/build-counter.ts';
import { families } from '../../metrics/families.ts';
import { overflow } from '../../metrics/family.ts';
import { type GaugeOf, Instruments } from '../../metrics/instruments.ts';
import { accountHandle } from '../account-handle.ts';
import type { ViolationOutcome } from '../accounts/constraint-violations.ts';
import type { Step } from '../sessions/session-progress.ts';
import type { ProbeOutcome } from '../sessions/session-spec.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { EndedSession } from '../sessions/sessions-options.ts';

/** What one instance tells Prometheus. No phone number, session id or text is ever a label. */
export class ServiceMetrics {
  readonly #instruments = new Instruments();
  readonly #links = this.#instruments.counter(families.linkAttempts);
  readonly #linkSeconds = this.#instruments.histogram(families.linkDuration);
  readonly #restorations = this.#instruments.counter(families.restorations);
  readonly #buildLinks = new BuildCounter(this.#instruments.counter(families.buildLinkAttempts));
  readonly #buildRestorations = new BuildCounter(this.#instruments.counter(families.buildRestorations));
  readonly #violations = this.#instruments.counter(families.violations);
  readonly #probes = this.#instruments.counter(families.sessionProbes);
  readonly registry = this.#instruments.registry;

  /**
   * @param sessions the sessions of this instance, looked at when somebody asks.
   * @param detailed how many of them are shown one by one.
   */
  constructor(sessions: () => Pick<Sessions, 'hosted' | 'launches'>, detailed: number) {
    this.#instruments.gauge(families.sessions, (gauge) => {
      libraries.clear();
      tellSessions({ sessions: gauge, libraries }, sessions());
    });
    // Told with the sessions, which are asked before it.
    const libraries = this.#instruments.gauge(families.libraryInfo);
    this.#instruments.gauge(families.sessionLaunches, (gauge) => {
      const { underWay, waiting, free } = sessions().launches;
      for (const [state, count] of Object.entries({ under_way: underWay, waiting, free })) gauge.set({ state }, count);
    });
    if (detailed > 0) {
      const family = { ...families.sessionDetail, limit: detailed };
      this.#instruments.gauge(family, (gauge) => tellOneByOne(gauge, sessions(), detailed));
    }
    // Series that exist from the start, so that the first violation is an increase that an alert can see.
    for (const outcome of ['resolved', 'surfaced'] as const) this.violation(outcome, 0);
  }

  violation(outcome: ViolationOutcome, count = 1): void {
    this.#violations.inc({ constraint: 'unique_active_phone_workspace', outcome }, count);
  }

  /** A session got to `phase` for the first time after its start. */
  linkPhase(library: string, phase: 'authenticated' | 'ready', tookMs: number): void {
    this.#linkSeconds.observe({ library, phase }, tookMs / 1000);
  }

  probe(library: string, outcome: ProbeOutcome): void {
    this.#probes.inc({ library, outcome });
  }

  sessionReady(of: StartedSession): void {
    this.#startEnded(of, { outcome: 'ready', code: '' });
  }

  sessionEnded({ wasReady, end, ...of }: EndedSession): void {
    if (wasReady || (end.kind !== 'failed' && end.kind !== 'dead')) return;
    this.#startEnded(of, { outcome: 'failed', code: end.code });
  }

  #startEnded({ library, build, linking }: StartedSession, how: { outcome: 'ready' | 'failed'; code: string }): void {
    (linking ? this.#links : this.#restorations).inc({ library, ...how });
    (linking ? this.#buildLinks : this.#buildRestorations).inc({ library, build: build ?? unknownBuild, ...how });
  }
}

/** Which start it was that ended, one way or the other. */
type StartedSession = Pick<EndedSession, 'library' | 'build' | 'linking'>;

type Hosted = Pick<Sessions, 'hosted'>;

interface SessionGauges {
  sessions: GaugeOf<typeof families.sessions>;
  libraries: GaugeOf<typeof families.libraryInfo>;
}

/**
 * How many sessions there are of each version in each step, and what they really run, host by host: a library that was asked for
 * and is not loaded yet says nothing. One pass, and no key is put together: of ten thousand sessions either would be milliseconds.
 */
function tellSessions({ sessions, libraries }: SessionGauges, { hosted }: Hosted): void {
  for (const [library, ofLibrary] of Map.groupBy(hosted, ({ spec }) => spec.library)) {
    const steps = new Map<Step, number>();
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
      const labels = { role: 'service', declared: library, loaded: loaded ?? '' };
      for (const installed of onDisk) libraries.set({ ...labels, installed }, 1);
    }
  }
}

/** Those that are not ready come first: they are what somebody looks for. The rest is counted together. */
function tellOneByOne(gauge: GaugeOf<typeof families.sessionDetail>, { hosted }: Hosted, most: number): void {
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
