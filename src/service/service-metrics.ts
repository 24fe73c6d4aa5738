import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ViolationOutcome } from './accounts/constraint-violations.ts';
import type { EndedSession } from './sessions/sessions.ts';

/** Seconds; from a warm page to somebody who has to look for the phone. */
const linkBuckets = [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300];

/** What one instance tells Prometheus. No phone number, id or text is ever a label. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly #links = new Counter({
    name: 'wwebjs_link_attempts_total',
    help: 'Links that have ended',
    labelNames: ['library', 'outcome', 'code'] as const,
    registers: [this.registry],
  });
  readonly #linkSeconds = new Histogram({
    name: 'wwebjs_link_duration_seconds',
    help: 'From the start of the session to the phase',
    labelNames: ['library', 'phase'] as const,
    buckets: linkBuckets,
    registers: [this.registry],
  });
  readonly #restorations = new Counter({
    name: 'wwebjs_session_restorations_total',
    help: 'Starts of sessions that had been linked before',
    labelNames: ['library', 'outcome', 'code'] as const,
    registers: [this.registry],
  });
  readonly #violations = new Counter({
    name: 'wwebjs_account_constraint_violations_total',
    help: 'Violations of a unique index that the database raised',
    labelNames: ['constraint', 'outcome'] as const,
    registers: [this.registry],
  });

  /** @param sessions the sessions of this instance, counted when somebody asks. */
  constructor(sessions: () => { library: string; status: string; count: number }[]) {
    new Gauge({
      name: 'wwebjs_sessions',
      help: 'Sessions that this instance runs',
      labelNames: ['library', 'status'] as const,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { library, status, count } of sessions()) this.set({ library, status }, count);
      },
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
