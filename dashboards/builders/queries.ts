/** The share of `good` in `all`, by a label; 0 when nothing good ever happened, so that no series exists. */
export function ratioBy(label: string, good: string, all: string): string {
  return `(sum by (${label}) (${good}) or 0 * sum by (${label}) (${all})) / sum by (${label}) (${all})`;
}

/** Counts each event once, although exporters and instances both count it: see the head of `rules/recording.yml`. */
export function countedOnce(labels: string, figures: string): string {
  const ofExporters = `max by (${labels}) (${figures} and on (job, instance) wwebjs:service_exporter)`;
  const ofInstances = `sum by (${labels}) (${figures} unless on (job, instance) wwebjs_exporter_store_up unless on () wwebjs:service_exporter)`;
  return `${ofExporters} or ${ofInstances}`;
}
