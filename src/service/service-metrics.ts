import { families } from '../metrics/families.ts';
import { overflow } from '../metrics/family.ts';
import { type GaugeOf, Instruments } from '../metrics/instruments.ts';
import { accountHandle } from './account-handle.ts';
import type { ViolationOutcome } from './accounts/constraint-violations.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { EndedSession } from './sessions/sessions-options.ts';

/** What one instance tells Prometheus. No phone number, session id or text is ever a label. */
export class ServiceMetrics {
  readonly #instruments = new Instruments();
  readonly #links = this.#instruments.counter(families.linkAttempts);
  readonly #linkSeconds = this.#instruments.histogram(families.linkDuration);
  readonly #restorations = this.#instruments.counter(families.restorations);
  readonly #violations = this.#instruments.counter(families.violations);
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

  sessionReady({ library, linking }: { library: string; linking: boolean }): void {
    (linking ? this.#links : this.#restorations).inc({ library, outcome: 'ready', code: '' });
  }

  sessionEnded({ library, linking, wasReady, end }: EndedSession): void {
    if (wasReady || (end.kind !== 'failed' && end.kind !== 'dead')) return;
    (linking ? this.#links : this.#restorations).inc({ library, outcome: 'failed', code: end.code });
  }
}

type Hosted = Pick<Sessions, 'hosted'>;

function tellSessions(gauge: GaugeOf<typeof families.sessions>, { hosted }: Hosted): void {
  const counts = countBy(hosted, ({ spec: { library }, step }) => `${library} ${step}`);
  for (const { one, count } of counts) gauge.set({ library: one.spec.library, status: one.step }, count);
}

/** What really runs, host by host; a library that was asked for and is not loaded yet says nothing. */
function tellLibraries(gauge: GaugeOf<typeof families.libraryInfo>, { hosted }: Hosted): void {
  const kinds = countBy(hosted, ({ spec: { library }, loaded }) => `${library} ${loaded?.installed} ${loaded?.loaded}`);
  for (const { one } of kinds) {
    if (!one.loaded) continue;
    const { installed, loaded } = one.loaded;
    gauge.set({ role: 'service', declared: one.spec.library, installed, loaded: loaded ?? '' }, 1);
  }
}

/** Those that are not ready come first: they are what somebody looks for. The rest is counted together. */
function tellOneByOne(gauge: GaugeOf<typeof families.sessionDetail>, { hosted }: Hosted, most: number): void {
  const others = hosted.filter(({ step }) => step !== 'ready');
  const sorted = others.length === 0 ? hosted : [...others, ...hosted.filter(({ step }) => step === 'ready')];
  for (const { step: status, spec } of sorted.slice(0, most)) {
    const { account, workspace } = spec.lease.ids;
    gauge.set({ handle: accountHandle(account), workspace, library: spec.library, status }, 1);
  }
  for (const { one, count } of countBy(sorted.slice(most), ({ step }) => step)) {
    gauge.add({ handle: overflow, workspace: overflow, library: overflow, status: one.step }, count);
  }
}

/** How many there are of each kind, with one of them. */
function countBy<T>(all: readonly T[], kindOf: (one: T) => string): Iterable<{ one: T; count: number }> {
  const kinds = new Map<string, { one: T; count: number }>();
  for (const one of all) {
    const key = kindOf(one);
    const kind = kinds.get(key);
    if (kind) kind.count++;
    else kinds.set(key, { one, count: 1 });
  }
  return kinds.values();
}
