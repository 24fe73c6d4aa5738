import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { attemptCodes, codes } from '../../src/codes/codes.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { families } from '../../src/metrics/families.ts';
import { metricNames, recordedNames, tableNames } from './metric-names.ts';

interface Alert {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook_url: string };
}

const folder = join(packageRoot, 'dashboards', 'rules');
const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
const alerts: Alert[] = parse(read('dashboards/rules/alerts.yml')).groups.flatMap(
  (group: { rules: Alert[] }) => group.rules,
);
const tests = readdirSync(join(folder, 'tests')).map((file) => read(`dashboards/rules/tests/${file}`));

/** The runbook as Prometheus names it without the external label. */
function pageOf(runbookUrl: string): string {
  const [, folder, name] = /^\{\{ or \$externalLabels\.runbooks "(\S+)" \}\}\/(\S+)$/.exec(runbookUrl) ?? [];
  return join(folder ?? 'no folder', name ?? runbookUrl);
}

test('every alert has a page with the first three commands to type', () => {
  expect(alerts.length).toBeGreaterThan(10);
  for (const { alert, annotations } of alerts) {
    const page = read(pageOf(annotations.runbook_url));
    const commands = /## First three commands\n\n```sh\n([\s\S]*?)\n```/.exec(page)?.[1]?.split('\n');
    expect(commands, alert).toHaveLength(3);
  }
});

test('the page on families at their limit finds the limit of every family', () => {
  const [command = ''] = /^sed .*src\/metrics.*?(?= {2})/m.exec(read('docs/runbooks/exporter-overflow.md')) ?? [];
  for (const { name, limit } of Object.values(families)) {
    const found = execFileSync('sh', ['-c', command], { cwd: packageRoot, env: { ...process.env, FAMILY: name } });
    expect(String(found), name).toMatch(new RegExp(`limit: ${limit},\n$`));
  }
});

test('no page asks the service with a key that is not set, which it refuses even where it needs none', () => {
  const asks = readdirSync(join(packageRoot, 'docs', 'runbooks')).flatMap((file) =>
    Array.from(read(`docs/runbooks/${file}`).matchAll(/^curl .*\$SERVICE\/v1.*/gm), String),
  );
  expect(asks.length).toBeGreaterThan(3);
  for (const ask of asks) {
    const printed = execFileSync('sh', ['-c', ask.replace(/^curl/, "printf '%s\\n'")], {
      env: { SERVICE: 'http://x' },
    });
    expect(String(printed), ask).not.toContain('-H');
    const env = { SERVICE: 'http://x', WWEBJS_KEY: 'k' };
    const keyed = execFileSync('sh', ['-c', ask.replace(/^curl/, "printf '%s\\n'")], { env });
    expect(String(keyed), ask).toContain('-H\nAuthorization: Bearer k\n');
  }
});

test('every page belongs to an alert or to a code, and every code that names one has it', () => {
  const linked = new Set(alerts.map(({ annotations }) => basename(pageOf(annotations.runbook_url))));
  const pages = readdirSync(join(packageRoot, 'docs', 'runbooks')).filter((file) => file !== 'README.md');
  const ofCodes = attemptCodes.filter((code) => 'hasRunbook' in codes[code]).map((code) => `${code}.md`);
  expect(ofCodes.length).toBeGreaterThan(5);
  expect(pages.sort()).toEqual([...new Set([...linked, ...ofCodes])].sort());
});

test('every alert is tested: it fires, it does not when little happened, it resolves, and it is silent without its series', () => {
  for (const { alert } of alerts) {
    const own = tests.filter((text) => text.includes(`alertname="${alert}"`));
    const names: string[] = own.flatMap((text) => parse(text).tests.map(({ name }: { name: string }) => name));
    for (const kind of [/^fires/, /^does not fire/, /^resolves/]) {
      expect(
        names.some((name) => kind.test(name)),
        `${alert}: ${kind}`,
      ).toBe(true);
    }
    // Without an exporter this one is meant to fire.
    const isAbsence = alert === 'WwebjsExporterBlind';
    expect(
      names.some((name) => (isAbsence ? /no exporter at all/ : /^stays silent/).test(name)),
      alert,
    ).toBe(true);
  }
});

test('every name in rules and their tests is in the table of metric families, or recorded', () => {
  const known = new Set([...tableNames(), ...recordedNames(), 'ALERTS']);
  for (const text of [read('dashboards/rules/alerts.yml'), read('dashboards/rules/recording.yml'), ...tests]) {
    for (const name of metricNames(text)) {
      // A pattern for several names ends where their common beginning does.
      const isKnown = name.endsWith(':') ? [...known].some((one) => one.startsWith(name)) : known.has(name);
      expect(isKnown, name).toBe(true);
    }
  }
});
