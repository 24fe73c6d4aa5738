import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/contracts/home.ts';
import { families } from '../../src/metrics/families.ts';
import type { Family } from '../../src/metrics/family.ts';

/** Every name of the project's metrics in a text of PromQL, YAML or JSON. */
export function metricNames(text: string): string[] {
  return [...new Set(text.match(/\bwwebjs[_:][a-z][a-z0-9_:]*/g) ?? [])];
}

/** The series names of all families. */
export function tableNames(): string[] {
  return Object.values<Family>(families).flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

/** The names that the recording rules make. */
export function recordedNames(): string[] {
  const { groups } = parse(readFileSync(join(packageRoot, 'dashboards/rules/recording.yml'), 'utf8'));
  return groups.flatMap(({ rules }: { rules: { record: string }[] }) => rules.map(({ record }) => record));
}
