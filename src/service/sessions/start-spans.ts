import { noTracing, type OpenSpan, type Tracing } from '../../telemetry/tracing.ts';

/** What a start waits for: a slot, its browser, the first code, the login, and until the session is ready. */
export type StartPhase = 'queue' | 'launch' | 'qr' | 'authenticated' | 'ready';

interface TracedStart {
  kind: 'link' | 'restoration';
  /** Of the request that asked for it. */
  traceparent: string | null;
  library: string;
  account: string;
}

/** The spans of one start of a session: `link` or `restoration`, with a span for each phase in it. */
export class StartSpans {
  readonly #tracing: Tracing;
  readonly #whole: OpenSpan;
  #phase: { name: StartPhase; span: OpenSpan } | null = null;
  #isOver = false;

  constructor(tracing: Tracing | undefined, { kind, traceparent, library, account }: TracedStart) {
    this.#tracing = tracing ?? noTracing;
    const facts = { 'wwebjs.library': library, 'wwebjs.account': account };
    this.#whole = this.#tracing.start({ name: kind, parent: traceparent, facts });
    this.enter('queue');
  }

  /** Ends the phase before. Entering the present one again does nothing. */
  enter(name: StartPhase): void {
    if (this.#isOver || this.#phase?.name === name) return;
    this.#phase?.span.end(null);
    this.#phase = { name, span: this.#tracing.start({ name, parent: this.#whole.traceparent }) };
  }

  /**
   * Ends the spans; another call does nothing.
   *
   * @param failure the code of why it failed; null for a session that is ready.
   */
  end(failure: string | null, build: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#phase?.span.end(failure);
    this.#whole.end(failure, build === null ? {} : { 'wwebjs.build': build });
  }
}
