import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { families } from './families.ts';
import { type Family, type LabelSet, overflow } from './family.ts';

interface Limited<F extends Family> {
  /** The label set to use in place of the given one: the same, or the one of `overflow`. */
  fit(labels: LabelSet<F>): LabelSet<F>;
}

export interface GaugeOf<F extends Family> {
  set(labels: LabelSet<F>, value: number): void;
  /** Forgets every label set: to be called before the present ones are set. */
  clear(): void;
}

/** Makes prom-client metrics out of the table of families, and holds each family to its limit. */
export class Instruments {
  readonly registry = new Registry();
  readonly #overflowing = new Gauge(configOf(families.overflowing, this.registry));

  counter<F extends Family>(of: F & { type: 'counter' }) {
    const metric = new Counter<string>(configOf(of, this.registry));
    const { fit } = this.#limit(of);
    return { inc: (labels: LabelSet<F>, by = 1) => metric.inc(fit(labels), by) };
  }

  /** @param collect sets all of the gauge when somebody asks, after everything of before is forgotten. */
  gauge<F extends Family>(of: F & { type: 'gauge' }, collect?: (gauge: GaugeOf<F>) => void): GaugeOf<F> {
    const limit = this.#limit(of);
    const gauge: GaugeOf<F> = {
      set: (labels, value) => metric.set(limit.fit(labels), value),
      clear() {
        metric.reset();
        // A gauge without labels would go on with 0, which nobody has measured.
        if (Object.keys(of.labels).length === 0) metric.remove();
        limit.forget();
      },
    };
    const metric: Gauge<string> = new Gauge({
      ...configOf(of, this.registry),
      ...(collect && {
        collect() {
          gauge.clear();
          collect(gauge);
        },
      }),
    });
    return gauge;
  }

  histogram<F extends Family>(of: F & { type: 'histogram' }) {
    const metric = new Histogram<string>({ ...configOf(of, this.registry), buckets: [...(of.buckets ?? [])] });
    const { fit } = this.#limit(of);
    return { observe: (labels: LabelSet<F>, value: number) => metric.observe(fit(labels), value) };
  }

  #limit<F extends Family>(of: F): Limited<F> & { forget(): void } {
    const known = new Set<string>();
    this.#overflowing.set({ family: of.name }, 0);
    return {
      forget: () => {
        known.clear();
        this.#overflowing.set({ family: of.name }, 0);
      },
      fit: (labels) => {
        const listed = onlyListed(of, labels);
        const key = JSON.stringify(listed);
        if (known.has(key)) return listed;
        if (known.size < of.limit) {
          known.add(key);
          return listed;
        }
        this.#overflowing.set({ family: of.name }, 1);
        return overflowed(of, listed);
      },
    };
  }
}

function configOf({ name, help, labels }: Family, registry: Registry) {
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}

/** In the order of the table, so that the same labels always give the same key. */
function onlyListed<F extends Family>(of: F, labels: LabelSet<F>): LabelSet<F> {
  const entries = Object.entries(of.labels).map(([label, values]) => {
    const value = labels[label as keyof LabelSet<F>];
    return [label, values === 'any' || values.includes(value) ? value : overflow];
  });
  return Object.fromEntries(entries);
}

/** Labels with a list keep their value, so that outcomes are still told apart; they are few. */
function overflowed<F extends Family>(of: F, labels: LabelSet<F>): LabelSet<F> {
  const entries = Object.entries(of.labels).map(([label, values]) => [
    label,
    values === 'any' ? overflow : labels[label as keyof LabelSet<F>],
  ]);
  return Object.fromEntries(entries);
}
