import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../../src/contracts/home.ts';
import { findPrometheus } from '../../support/find-prometheus.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const read = (name: string) => parse(readFileSync(join(packageRoot, 'deploy', 'gate', name), 'utf8'));
const filledIn = (query: string) =>
  query.replaceAll(/\{\{ ?(?:args|variables)\.(\w+) ?\}\}/g, (_, name) => (name === 'baseline' ? '1.33.2' : '1.34.2'));
const queries = {
  argo: filledIn(read('argo-rollouts.yaml').spec.metrics[0].provider.prometheus.query),
  flagger: filledIn(read('flagger.yaml').spec.query),
};

/** What one exporter shows of the pair: its verdict, and the age of the verdict and of the newest attempt in hours. */
interface Shown {
  word: 'promote' | 'block' | 'inconclusive';
  saidHours: number;
  attemptHours?: number;
}

const now = 100;
const pair = 'baseline="1.33.2", candidate="1.34.2"';

function seriesOf({ word, saidHours, attemptHours = saidHours }: Shown, instance: number) {
  const of = (labels: string) => `{${labels}, instance="store-${instance}"}`;
  const steady = (name: string, value: number) => ({ series: name, values: `${value}x${now}` });
  return [
    ...['promote', 'block', 'inconclusive'].map((verdict) =>
      steady(`wwebjs_gate_verdict${of(`${pair}, verdict="${verdict}"`)}`, verdict === word ? 1 : 0),
    ),
    steady(`wwebjs_gate_verdict_timestamp_seconds${of(pair)}`, (now - saidHours) * 3600),
    steady(
      `wwebjs_canary_last_attempt_timestamp_seconds${of('library="1.34.2", build="b", flow="f", target="replica"')}`,
      (now - attemptHours) * 3600,
    ),
  ];
}

const cases: [what: string, shown: Shown[], argo: number | null, flagger: number | null][] = [
  ['nothing is known', [], null, null],
  ['promoted an hour ago', [{ word: 'promote', saidHours: 1 }], 1, 1],
  ['blocked', [{ word: 'block', saidHours: 1 }], -1, 0],
  ['undecided', [{ word: 'inconclusive', saidHours: 1 }], 0, 0],
  ['promoted before the last nightly run but a late one', [{ word: 'promote', saidHours: 29 }], 1, 1],
  ['promoted the day before', [{ word: 'promote', saidHours: 31 }], null, null],
  ['promoted, and not attempted any more', [{ word: 'promote', saidHours: 1, attemptHours: 31 }], null, null],
  [
    'two stores that say the same',
    [
      { word: 'promote', saidHours: 1 },
      { word: 'promote', saidHours: 2 },
    ],
    1,
    1,
  ],
  [
    'one of two stores is undecided',
    [
      { word: 'promote', saidHours: 1 },
      { word: 'inconclusive', saidHours: 1 },
    ],
    0,
    0,
  ],
  [
    'one of two stores blocks',
    [
      { word: 'promote', saidHours: 1 },
      { word: 'block', saidHours: 1 },
    ],
    -1,
    0,
  ],
];

test('the templates for Argo Rollouts and Flagger let a rollout go on only for a fresh promotion that no store contradicts', async () => {
  const { promtool } = await findPrometheus();
  const file = join(temporaryFolder(), 'templates.test.yml');
  const sample = (value: number | null) => (value === null ? [] : [{ labels: '{}', value }]);
  const tests = cases.map(([name, shown, argo, flagger]) => ({
    name,
    interval: '1h',
    input_series: shown.flatMap(seriesOf),
    promql_expr_test: [
      { expr: queries.argo, eval_time: `${now}h`, exp_samples: sample(argo) },
      { expr: queries.flagger, eval_time: `${now}h`, exp_samples: sample(flagger) },
    ],
  }));
  writeFileSync(file, stringify({ rule_files: [], evaluation_interval: '1h', tests }));
  const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', file]).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  expect(stdout).toContain('SUCCESS');
});
