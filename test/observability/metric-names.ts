import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { packageRoot } from '../../src/contracts/home.ts';
import { families } from '../../src/metrics/families.ts';
import type { Family } from '../../src/metrics/family.ts';

/** Every name of a metric that an instance or an exporter has, in a text of PromQL, YAML or JSON. */
export function metricNames(text: string): string[] {
  return [...new Set(text.match(/\b(?:wwebjs[_:]|process_|nodejs_)[a-z][a-z0-9_:]*/g) ?? [])];
}

/** The series names of all families, and of what prom-client measures of the process. */
export function tableNames(): string[] {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const ofProcess = register.getMetricsAsArray().map(({ name }) => name);
  return [...ofProcess, ...namesOfFamilies()];
}

function namesOfFamilies(): string[] {
  return Object.values<Family>(families).flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

/** The names that the recording rules make. */
export function recordedNames(): string[] {
  const { groups } = parse(readFileSync(join(packageRoot, 'dashboards/rules/recording.yml'), 'utf8'));
  return groups.flatMap(({ rules }: { rules: { record: string }[] }) => rules.map(({ record }) => record));
}
