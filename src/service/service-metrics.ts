import { families } from '../metrics/families.ts';
import { Instruments } from '../metrics/instruments.ts';
import type { ViolationOutcome } from './accounts/constraint-violations.ts';
import type { EndedSession } from './sessions/sessions-options.ts';

/** What one instance tells Prometheus. No phone number, id or text is ever a label. */
export class ServiceMetrics {
  readonly #instruments = new Instruments();
  readonly #links = this.#instruments.counter(families.linkAttempts);
  readonly #linkSeconds = this.#instruments.histogram(families.linkDuration);
  readonly #restorations = this.#instruments.counter(families.restorations);
  readonly #violations = this.#instruments.counter(families.violations);
  readonly registry = this.#instruments.registry;

  /** @param running the sessions of this instance, counted when somebody asks. */
  constructor(running: () => { library: string; status: string; count: number }[]) {
    this.#instruments.gauge(families.sessions, (sessions) => {
      for (const { library, status, count } of running()) sessions.set({ library, status }, count);
    });
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
