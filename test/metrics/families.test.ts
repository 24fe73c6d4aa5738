import { expect, test } from 'vitest';
import { families } from '../../src/metrics/families.ts';
import { type Family, listed } from '../../src/metrics/family.ts';
import { Instruments } from '../../src/metrics/instruments.ts';

const all: Family[] = Object.values(families);

/**
 * Words that would let a label hold something that names a person, or that never repeats. A workspace is there by the id that
 * the service made up; an account only by its handle.
 */
const forbidden = /session|phone|number|jid|wid|message|text|account|attempt|run|instance|qr|url|name|^id$|_id$/;

test('no label of any family can hold a session id, a number or a text', () => {
  for (const { name, labels } of all) {
    for (const label of Object.keys(labels))
      expect(`${name}: ${label}`).not.toMatch(new RegExp(`: .*(${forbidden.source})`));
  }
});

test('every family has a name of its own, a help text and a limit; counters and units are named as Prometheus wants it', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, type, help, limit, buckets } of all) {
    expect(name).toMatch(/^wwebjs_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(help, name).not.toMatch(/\.$|^$/);
    expect(limit, name).toBeGreaterThan(0);
    expect(buckets !== undefined, name).toBe(type === 'histogram');
  }
});

test('a limit leaves room for every combination of the values in lists', () => {
  for (const { name, labels, limit } of all) {
    const combinations = Object.values(labels).reduce((n, values) => n * (values === 'any' ? 1 : values.length), 1);
    expect(limit, name).toBeGreaterThanOrEqual(combinations);
  }
});

test('label sets above the limit are counted as overflow, the known ones go on, and the family says so', async () => {
  const instruments = new Instruments();
  const attempts = instruments.counter({ ...families.linkAttempts, limit: 2 });
  for (const library of ['1.0.0', '2.0.0', '3.0.0', '4.0.0', '1.0.0']) {
    attempts.inc({ library, outcome: 'failed', code: 'ready-timeout' });
  }
  const text = await instruments.registry.metrics();
  expect(text).toContain('{library="1.0.0",outcome="failed",code="ready-timeout"} 2');
  expect(text).toContain('{library="overflow",outcome="failed",code="ready-timeout"} 2');
  expect(text).toContain('wwebjs_metrics_overflowing{family="wwebjs_link_attempts_total"} 1');
  expect(text).not.toContain('3.0.0');
});

test('what is counted in parts is counted together above the limit', async () => {
  const instruments = new Instruments();
  const accounts = instruments.gauge({ ...families.workspaceAccounts, limit: 1 });
  for (const workspace of ['a', 'b', 'c']) accounts.add({ workspace, library: '1.0.0', status: 'connected' }, 2);
  const text = await instruments.registry.metrics();
  expect(text).toContain('{workspace="a",library="1.0.0",status="connected"} 2');
  expect(text).toContain('{workspace="overflow",library="overflow",status="connected"} 4');
  expect(text).toContain('wwebjs_metrics_overflowing{family="wwebjs_workspace_accounts"} 1');
});

test('a value that is not in the list of its label does not compile, and is counted as overflow if it comes at run time', async () => {
  const instruments = new Instruments();
  const violations = instruments.counter(families.violations);
  // @ts-expect-error another index
  violations.inc({ constraint: 'other_index', outcome: 'surfaced' });
  const links = instruments.counter(families.linkAttempts);
  // @ts-expect-error a misspelt outcome
  links.inc({ library: '1.34.7', outcome: 'faild', code: 'link-timeout' });
  // @ts-expect-error a code of attempts that the service does not write
  links.inc({ library: '1.34.7', outcome: 'failed', code: 'provenance-mismatch' });
  // @ts-expect-error a label without a value
  links.inc({ library: '1.34.7', outcome: 'failed' });
  // @ts-expect-error a counter is no gauge
  instruments.gauge(families.buildLinkAttempts);
  const text = await instruments.registry.metrics();
  expect(text).toContain('{constraint="overflow",outcome="surfaced"} 1');
  expect(text).toContain('{library="1.34.7",outcome="overflow",code="link-timeout"} 1');
  expect(text).toContain('{library="1.34.7",outcome="failed",code="overflow"} 1');
});

test('a word of a database is a value of its label if it is in the list, else overflow', () => {
  const { code } = families.linkAttempts.labels;
  expect(['', 'link-timeout', 'code-of-a-newer-version'].map((word) => listed(code, word))).toEqual([
    '',
    'link-timeout',
    'overflow',
  ]);
});

test('labels with the same values take them from the same list', () => {
  const lists = all.flatMap(({ labels }) => Object.values(labels).filter((values) => values !== 'any'));
  const byValues = Map.groupBy(lists, (values) => values.toSorted().join());
  for (const [values, same] of byValues) expect(new Set(same).size, values).toBe(1);
});

test('a gauge that was cleared shows nothing of before', async () => {
  const instruments = new Instruments();
  const accounts = instruments.gauge(families.accounts);
  const backlog = instruments.gauge(families.restorationBacklog);
  accounts.set({ library: '1.34.7', status: 'connected' }, 3);
  backlog.set({}, 4);
  accounts.clear();
  backlog.clear();
  const text = await instruments.registry.metrics();
  expect(text).not.toContain('connected');
  expect(text).not.toMatch(/^wwebjs_session_restoration_backlog \d/m);
});
