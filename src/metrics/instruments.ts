import { Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Distribution } from '../contracts/fleet-counts.ts';
import { families } from './families.ts';
import { type Family, type LabelSet, overflow } from './family.ts';

export interface GaugeOf<F extends Family> {
  set(labels: LabelSet<F>, value: number): void;
  /** For what is counted in parts; those above the limit are counted together. */
  add(labels: LabelSet<F>, value: number): void;
  /** Forgets every label set: to be called before the present ones are set. */
  clear(): void;
}

/** Makes prom-client metrics from the table of families, and holds each family to its limit. */
export class Instruments {
  readonly registry = new Registry();
  readonly #overflowing = new Gauge(configOf(families.overflowing, this.registry));

  counter<F extends Family>(of: F & { type: 'counter' }) {
    const metric = new Counter<string>(configOf(of, this.registry));
    const series = this.#limited(of, (labels) => metric.labels(labels));
    return {
      inc: (labels: LabelSet<F>, by = 1) => series.of(labels).inc(by),
      /** Removes a label set, which makes room for another one. */
      forget: (labels: LabelSet<F>) => {
        if (series.drop(labels)) metric.remove(onlyListed(of, labels));
      },
    };
  }

  /** @param collect sets all values of the gauge at every scrape, after the previous values are removed. */
  gauge<F extends Family>(of: F & { type: 'gauge' }, collect?: (gauge: GaugeOf<F>) => void): GaugeOf<F> {
    const gauge: GaugeOf<F> = {
      set: (labels, value) => series.of(labels).set(value),
      add: (labels, value) => series.of(labels).inc(value),
      clear() {
        metric.reset();
        // A gauge without labels would show 0, which was not measured.
        if (Object.keys(of.labels).length === 0) metric.remove();
        series.forget();
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
    const series = this.#limited(of, (labels) => metric.labels(labels));
    return gauge;
  }

  histogram<F extends Family>(of: F & { type: 'histogram' }) {
    const metric = new Histogram<string>({ ...configOf(of, this.registry), buckets: [...(of.buckets ?? [])] });
    const series = this.#limited(of, (labels) => metric.labels(labels));
    return { observe: (labels: LabelSet<F>, value: number) => series.of(labels).observe(value) };
  }

  /** A histogram of what is counted elsewhere. */
  countedHistogram<F extends Family>(of: F & { type: 'histogram' }) {
    const counted = new Map<string, { labels: Record<string, string>; distribution: Distribution }>();
    const series = this.#limited(of, (labels) => {
      const key = JSON.stringify(labels);
      const zero = { counts: new Array<number>((of.buckets ?? []).length + 1).fill(0), sum: 0 };
      const entry = counted.get(key) ?? { labels, distribution: zero };
      counted.set(key, entry);
      return entry;
    });
    const get = async () => ({
      ...{ name: of.name, help: of.help, type: of.type, aggregator: 'sum' },
      values: [...counted.values()].flatMap(({ labels, distribution }) => samplesOf(of, labels, distribution)),
    });
    // All that the registry needs of a metric: its name, and its samples with their names.
    this.registry.registerMetric({ name: of.name, get } as unknown as Metric);
    return {
      /** Those above the limit are added up. */
      add(labels: LabelSet<F>, { counts, sum }: Distribution): void {
        const entry = series.of(labels);
        const { distribution } = entry;
        entry.distribution = {
          counts: distribution.counts.map((count, i) => count + (counts[i] ?? 0)),
          sum: distribution.sum + sum,
        };
      },
      /** Forgets every label set: to be called before the present ones are added. */
      clear(): void {
        counted.clear();
        series.forget();
      },
    };
  }

  /** The series of a family by their labels, at most as many as its limit, and those of `overflow`. */
  #limited<F extends Family, Series>(of: F, open: (labels: Record<string, string>) => Series) {
    const names: string[] = Object.keys(of.labels);
    // Kept by the labels as they are given, since a store is counted attempt by attempt.
    const known = new Map<string, Series>();
    const keyOf = (labels: Record<string, string>) => names.map((name) => labels[name]).join('\u0000');
    this.#overflowing.set({ family: of.name }, 0);
    return {
      of: (labels: LabelSet<F>): Series => {
        const given: Record<string, string> = labels;
        const key = keyOf(given);
        const found = known.get(key);
        if (found) return found;
        if (known.size >= of.limit) {
          this.#overflowing.set({ family: of.name }, 1);
          return open(overflowed(of, onlyListed(of, given)));
        }
        const series = open(onlyListed(of, given));
        known.set(key, series);
        return series;
      },
      drop: (labels: LabelSet<F>): boolean => known.delete(keyOf(labels)),
      forget: () => {
        known.clear();
        this.#overflowing.set({ family: of.name }, 0);
      },
    };
  }
}

/** The samples of one histogram: each bucket has those of all buckets below it. */
function samplesOf({ name, buckets = [] }: Family, labels: Record<string, string>, { counts, sum }: Distribution) {
  let total = 0;
  const values = [...buckets, '+Inf'].map((le, i) => {
    total += counts[i] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(le) }, value: total };
  });
  return [
    ...values,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

function configOf({ name, help, labels }: Family, registry: Registry) {
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}

/** A value that is not in the list of its label becomes `overflow`. */
function onlyListed({ labels: table }: Family, labels: Record<string, string>): Record<string, string> {
  const entries = Object.entries(table).map(([label, values]) => {
    const value = labels[label] ?? '';
    return [label, values === 'any' || values.includes(value) ? value : overflow];
  });
  return Object.fromEntries(entries);
}

/** Labels with a list keep their value, so that outcomes stay separate; they are few. */
function overflowed({ labels: table }: Family, labels: Record<string, string>): Record<string, string> {
  const entries = Object.entries(table).map(([label, values]) => [label, values === 'any' ? overflow : labels[label]]);
  return Object.fromEntries(entries);
}
