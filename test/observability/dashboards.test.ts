import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDashboards } from '../../dashboards/generate.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { metricNames, recordedNames, tableNames } from './metric-names.ts';

interface Dashboard {
  uid: string;
  title: string;
  panels: {
    id: number;
    title: string;
    description: string;
    type: string;
    targets: { expr: string; refId: string; legendFormat: string }[];
  }[];
  templating: { list: { name: string }[] };
  annotations: { list: { name: string; expr: string }[] };
}

const folder = join(packageRoot, 'dashboards', 'generated');
const rendered = renderDashboards();
const dashboards = Object.values(rendered).map((text) => JSON.parse(text) as Dashboard);

test('the committed JSON is what the builders make; `npm run dashboards` writes it', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(rendered).sort());
  for (const [name, text] of Object.entries(rendered))
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text);
});

test('no two dashboards have the same uid or title, no two panels of one the same id or title', () => {
  const unique = (values: unknown[]) => expect(new Set(values).size).toBe(values.length);
  unique(dashboards.map(({ uid }) => uid));
  unique(dashboards.map(({ title }) => title));
  for (const { panels } of dashboards) {
    unique(panels.map(({ id }) => id));
    unique(panels.map(({ title }) => title));
    for (const { targets } of panels) unique(targets.map(({ refId }) => refId));
  }
});

test('every metric in a query is in the table of families, or recorded by a rule', () => {
  const known = new Set([...tableNames(), ...recordedNames()]);
  for (const text of Object.values(rendered)) {
    for (const name of metricNames(text)) expect(known.has(name), name).toBe(true);
  }
});

test('one can choose library, build and workspace, and every choice that a dashboard offers changes what it shows', () => {
  const offered = new Set<string>();
  for (const { title, templating, panels } of dashboards) {
    const [first, ...choices] = templating.list.map(({ name }) => name);
    expect(first).toBe('datasource');
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    for (const choice of choices) {
      expect(queries, title).toContain(`${choice}=~"$${choice}"`);
      offered.add(choice);
    }
    expect(new Set(Array.from(queries.matchAll(/=~"\$(\w+)"/g), ([, used]) => used))).toEqual(new Set(choices));
  }
  expect(offered).toEqual(new Set(['library', 'build', 'workspace']));
});

test('panels by version never use a family that many workspaces fill, where versions end under overflow', () => {
  const byVersion = dashboards.flatMap(({ panels }) =>
    panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target }))),
  );
  const panels = byVersion.filter(({ legendFormat }) => legendFormat.includes('{{library}}'));
  expect(panels.length).toBeGreaterThan(5);
  for (const { title, expr } of panels) expect(expr, title).not.toContain('workspace');
});

test('every dashboard shows the decisions of gate and rollout', () => {
  for (const { annotations } of dashboards) {
    expect(annotations.list.map(({ name }) => name)).toEqual(['Gate decided', 'Rollout step']);
  }
});

test('every panel asks something and says what it shows', () => {
  for (const { panels } of dashboards) {
    expect(panels.length).toBeGreaterThan(4);
    for (const { title, description, targets } of panels) {
      expect(targets.length, title).toBeGreaterThan(0);
      expect(description, title).toMatch(/\.$/);
    }
  }
});
