import { families } from '../metrics/families.ts';
import { overflow } from '../metrics/family.ts';
import { type GaugeOf, Instruments } from '../metrics/instruments.ts';
import { accountHandle } from './account-handle.ts';
import type { ViolationOutcome } from './accounts/constraint-violations.ts';
import type { ProbeOutcome } from './sessions/session-spec.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { EndedSession } from './sessions/sessions-options.ts';

/** What one instance tells Prometheus. No phone number, session id or text is ever a label. */
export class ServiceMetrics {
  readonly #instruments = new Instruments();
  readonly #links = this.#instruments.counter(families.linkAttempts);
  readonly #linkSeconds = this.#instruments.histogram(families.linkDuration);
  readonly #restorations = this.#instruments.counter(families.restorations);
  readonly #violations = this.#instruments.counter(families.violations);
  readonly #probes = this.#instruments.counter(families.sessionProbes);
  readonly registry = this.#instruments.registry;

  /**
   * @param sessions the sessions of this instance, looked at when somebody asks.
   * @param detailed how many of them are shown one by one.
   */
  constructor(sessions: () => Pick<Sessions, 'hosted' | 'launches'>, detailed: number) {
    this.#instruments.gauge(families.sessions, (gauge) => tellSessions(gauge, sessions()));
    this.#instruments.gauge(families.libraryInfo, (gauge) => tellLibraries(gauge, sessions()));
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

  sessionReady({ library, linking }: { library: string; linking: boolean }): void {
    (linking ? this.#links : this.#restorations).inc({ library, outcome: 'ready', code: '' });
  }

  sessionEnded({ library, linking, wasReady, end }: EndedSession): void {
    if (wasReady || (end.kind !== 'failed' && end.kind !== 'dead')) return;
    (linking ? this.#links : this.#restorations).inc({ library, outcome: 'failed', code: end.code });
  }
}

type Hosted = Pick<Sessions, 'hosted'>;

// Sessions are parted by one key after the other: to put a key together for each of ten thousand takes milliseconds.

function tellSessions(gauge: GaugeOf<typeof families.sessions>, { hosted }: Hosted): void {
  for (const [library, ofLibrary] of Map.groupBy(hosted, ({ spec }) => spec.library)) {
    for (const [status, { length }] of Map.groupBy(ofLibrary, ({ step }) => step)) {
      gauge.set({ library, status }, length);
    }
  }
}

/** What really runs, host by host; a library that was asked for and is not loaded yet says nothing. */
function tellLibraries(gauge: GaugeOf<typeof families.libraryInfo>, { hosted }: Hosted): void {
  for (const [declared, ofLibrary] of Map.groupBy(hosted, ({ spec }) => spec.library)) {
    for (const [installed, ofInstalled] of Map.groupBy(ofLibrary, (session) => session.loaded?.installed)) {
      if (installed === undefined) continue;
      for (const loaded of Map.groupBy(ofInstalled, (session) => session.loaded?.loaded).keys()) {
        gauge.set({ role: 'service', declared, installed, loaded: loaded ?? '' }, 1);
      }
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
