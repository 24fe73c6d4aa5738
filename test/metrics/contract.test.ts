import { expect, test } from 'vitest';
import { families } from '../../src/metrics/families.ts';
import type { Family } from '../../src/metrics/family.ts';

/**
 * What dashboards, alerts and deployment gates of other projects rely on: a label that is missing here breaks their queries. More labels or
 * families are no break.
 */
const contract: Record<string, [type: Family['type'], labels: string]> = {
  wwebjs_canary_attempts_total: ['counter', 'library build browser flow condition target outcome code'],
  wwebjs_canary_phase_duration_seconds: ['histogram', 'library flow phase'],
  wwebjs_canary_last_success_timestamp_seconds: ['gauge', 'library build flow target'],
  wwebjs_canary_last_attempt_timestamp_seconds: ['gauge', 'library build flow target'],
  wwebjs_canary_cell_as_expected: ['gauge', 'library build browser flow condition switches target'],
  wwebjs_link_attempts_total: ['counter', 'library outcome code'],
  wwebjs_link_duration_seconds: ['histogram', 'library phase'],
  wwebjs_sessions: ['gauge', 'library status'],
  wwebjs_session_restorations_total: ['counter', 'library outcome code'],
  wwebjs_account_constraint_violations_total: ['counter', 'constraint outcome'],
  wwebjs_library_info: ['gauge', 'role declared installed loaded'],
  wwebjs_surface_data_age_seconds: ['gauge', ''],
  wwebjs_live_build_info: ['gauge', 'build'],
  wwebjs_gate_verdict: ['gauge', 'baseline candidate verdict target'],
};

const all: Family[] = Object.values(families);

test.each(Object.entries(contract))(
  '%s has the type and at least the labels that others rely on',
  (name, [type, labels]) => {
    const found = all.find((family) => family.name === name);
    expect(found?.type).toBe(type);
    expect(Object.keys(found?.labels ?? {})).toEqual(expect.arrayContaining(labels.split(' ').filter(Boolean)));
  },
);

test('families that have one series per cell have the same labels, so that rules can join them', () => {
  const perCell = [families.canaryCellAsExpected, families.canaryCellPassed, families.canaryExpectedToPass];
  const [labels, ...others] = perCell.map((family) => Object.keys(family.labels).sort().join());
  expect(others).toEqual([labels, labels]);
});
