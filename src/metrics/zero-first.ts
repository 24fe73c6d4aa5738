/** A series of a counter. */
interface Series {
  inc(by: number): void;
}

/** As long as the slowest usual scraper takes to come by: the default of Prometheus, also where two of them scrape in turn. */
export const usualScrapeMs = 60_000;

/**
 * Holds new series of counters at 0 until everybody who scrapes has seen them there. Prometheus takes no increase from a series that
 * begins above 0: without this `rate` and `increase` would see nothing of the first failures with a code, however many they are, and
 * nothing ever of a failure that happens once a night. What is counted meanwhile is shown when the time is over.
 */
export class ZeroFirst {
  readonly #holdMs: number;
  readonly #now: () => number;
  /** By series: what was counted of it, and when it was shown first. */
  readonly #held = new Map<Series, { by: number; shownAt: number | null }>();

  /** @param now milliseconds of a clock that is never set. */
  constructor(holdMs: number, now: () => number = () => performance.now()) {
    this.#holdMs = holdMs;
    this.#now = now;
  }

  /** To be called once for each series, before it is counted. */
  open(series: Series): void {
    series.inc(0);
    this.#held.set(series, { by: 0, shownAt: null });
  }

  inc(series: Series, by: number): void {
    const held = this.#held.get(series);
    if (held) held.by += by;
    else series.inc(by);
  }

  /** The series is shown no more, or what it counts is no news: it is not held back any longer. */
  release(series: Series): void {
    const held = this.#held.get(series);
    if (!held) return;
    this.#held.delete(series);
    series.inc(held.by);
  }

  /** To be called whenever somebody is about to be shown the series. */
  show(): void {
    const now = this.#now();
    for (const [series, held] of this.#held) {
      held.shownAt ??= now;
      if (now - held.shownAt >= this.#holdMs) this.release(series);
    }
  }
}
