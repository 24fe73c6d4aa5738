import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { renderDashboards } from '../../../dashboards/generate.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import { findPrometheus } from '../../support/find-prometheus.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

interface Panel {
  title: string;
  targets: { expr: string }[];
}

const panels = Object.values(renderDashboards()).flatMap((text) => (JSON.parse(text) as { panels: Panel[] }).panels);
const exporter = 'job="exporter",instance="a"';
const cell = 'library="1.34.7",build="2.3000.1032534684",browser="current",flow="qr-to-ready",condition="none"';
const attempts = (flow: string, values: string) => ({
  series: `wwebjs_canary_attempts_total{${exporter},${cell.replace('qr-to-ready', flow)},target="replica",outcome="passed",code=""}`,
  values,
});
/** One cell that passes every hour, and one that is not attempted any more, without a rate. */
const idleBeside = [attempts('qr-to-ready', '0+1x60'), attempts('pair-to-ready', '5+0x60')];
const pair = 'baseline="1.34.2",candidate="1.34.7",flow="qr-to-ready"';
const loss = (bound: string, value: number) => ({
  series: `wwebjs_gate_loss_points{${exporter},${pair},bound="${bound}"}`,
  values: `${value}+0x30`,
});

const instance = 'job="service",instance="b"';
/** One call of four fails, once in five minutes. */
const calls = (name: string) =>
  ['failed', 'answered'].map((outcome, i) => ({
    series: `${name}{${instance},method="Client.getChats",library="1.34.7",build="2.3000.1",outcome="${outcome}"}`,
    values: `0+${1 + 2 * i}x400`,
  }));
const request = (part: string, count: number, more = '') => ({
  series: `wwebjs_http_request_duration_seconds_${part}{${instance},method="GET",route="/v1/workspaces",status="200"${more}}`,
  values: `0+${count}x400`,
});

const queue = `${exporter},target="replica",browser="current",library="1.34.7"`;
const depth = { waiting: 40, running: 2 };
const queued = Object.entries(depth).map(([state, count]) => ({
  series: `wwebjs_queue_attempts{${queue},state="${state}"}`,
  values: `${count}+0x400`,
}));
/** One attempt in four seconds. */
const often = '0+75x400';
const ended = { series: `wwebjs_queue_run_seconds_count{${queue}}`, values: often };
const timesOf = (what: string) =>
  ['1', '+Inf'].map((le) => ({ series: `wwebjs_queue_${what}_seconds_bucket{${queue},le="${le}"}`, values: often }));
const slots = Object.entries({ busy: 2, free: 1 }).map(([state, count]) => ({
  series: `wwebjs_queue_slots{${exporter},state="${state}"}`,
  values: `${count}+0x400`,
}));

interface Shown {
  title: string;
  /** Between two samples; a rate over an hour needs more than one in it. */
  interval?: string;
  series: { series: string; values: string }[];
  values: number[][];
}

/** What a panel shows of these series after 25 hours. */
const shown: Shown[] = [
  {
    title: 'Wait for a person',
    series: [{ series: `wwebjs_sessions_needing_attention{${exporter},code="page-hung"}`, values: '3+0x30' }],
    values: [[3]],
  },
  {
    title: 'Changed since yesterday',
    series: [
      { series: `wwebjs_canary_cell_passed{${exporter},${cell}}`, values: '1+0x10 0+0x20' },
      { series: `wwebjs_canary_cell_passed{${exporter},${cell.replace('1.34.7', '1.34.2')}}`, values: '1+0x30' },
    ],
    values: [[0]],
  },
  {
    title: 'Families at their limit',
    series: [
      { series: `wwebjs_metrics_overflowing{${exporter},family="wwebjs_sessions"}`, values: '1+0x30' },
      { series: `wwebjs_metrics_overflowing{${exporter},family="wwebjs_accounts"}`, values: '0+0x30' },
    ],
    values: [[1]],
  },
  ...['Success rate of the canaries by version', 'Success rate of the canaries by version and build'].map((title) => ({
    title,
    interval: '30m',
    series: idleBeside,
    values: [[1]],
  })),
  {
    title: 'Loss of the candidate, with its interval',
    series: [loss('estimate', 2), loss('lower', -1), loss('upper', 4)],
    values: [[2], [-1], [4]],
  },
  {
    title: 'Constraint violations',
    series: ['b', 'c'].map((instance) => ({
      series: `wwebjs_account_constraint_violations_total{job="service",instance="${instance}",constraint="c",outcome="surfaced"}`,
      values: '0+1x30',
    })),
    values: [[48]],
  },
  {
    title: 'Leases',
    series: [
      { series: `wwebjs_session_leases{${exporter},state="held"}`, values: '3+0x30' },
      { series: `wwebjs_service_session_capacity{${exporter}}`, values: '5+0x30' },
    ],
    values: [[3], [5]],
  },
  {
    title: 'Failed calls of methods per hour',
    interval: '5m',
    series: calls('wwebjs_method_calls_total'),
    values: [[12]],
  },
  {
    title: 'Calls of methods that failed, by build',
    interval: '5m',
    series: calls('wwebjs_build_method_calls_total'),
    values: [[0.25]],
  },
  ...['Requests per second by status', 'Requests per second by route'].map((title) => ({
    title,
    interval: '5m',
    series: [request('count', 300)],
    values: [[1]],
  })),
  {
    title: 'Duration of requests by route, p95',
    interval: '5m',
    series: [request('bucket', 300, ',le="0.5"'), request('bucket', 300, ',le="+Inf"')],
    values: [[0.475]],
  },
  {
    title: 'Hosts by version',
    interval: '5m',
    series: [
      { series: `wwebjs_warm_hosts{${instance},library="1.34.7"}`, values: '2+0x400' },
      { series: `wwebjs_host_claims_total{${instance},library="1.34.7",from="warm"}`, values: '0+1x400' },
      { series: `wwebjs_host_death_sessions_total{${instance},library="1.34.7"}`, values: '0+2x400' },
    ],
    values: [[2], [12], [24]],
  },
  {
    title: 'Build of the live site',
    series: [{ series: `wwebjs_live_build_info{${exporter},build="2.3000.1"}`, values: '1+0x30' }],
    values: [[1]],
  },
  {
    title: 'Age of what is known',
    series: [
      { series: `wwebjs_live_page_timestamp_seconds{${exporter}}`, values: '86400+0x30' },
      { series: `wwebjs_live_build_seen_timestamp_seconds{${exporter}}`, values: '3600+0x30' },
      { series: `wwebjs_surface_data_age_seconds{${exporter}}`, values: '172800+0x30' },
    ],
    values: [[3600], [86_400], [172_800]],
  },
  {
    title: 'Drift and failed looks',
    series: [
      { series: `wwebjs_live_drift{${exporter}}`, values: '2+0x30' },
      { series: `wwebjs_live_failed_looks{${exporter}}`, values: '1+0x30' },
    ],
    values: [[2], [1]],
  },
  {
    title: 'What the newest build takes from versions',
    series: [
      { series: `wwebjs_live_lost{${exporter},library="1.34.7"}`, values: '3+0x30' },
      { series: `wwebjs_live_lost{${exporter},library="1.34.2"}`, values: '0+0x30' },
      { series: `wwebjs_live_worse_flows{${exporter},library="1.34.7"}`, values: '1+0x30' },
    ],
    values: [[3], [1]],
  },
  {
    title: 'Connections to the database',
    series: [{ series: `wwebjs_database_connections{${instance},state="in_use"}`, values: '2+0x30' }],
    values: [[2]],
  },
  ...[
    { title: 'Attempts in the queue', series: queued, values: [[42]] },
    { title: 'Attempts in the queue over time', series: queued, values: [[42]] },
    { title: 'Time left', series: [...queued, ended], values: [[168]] },
    { title: 'Slots of the workers', series: slots, values: [[3]] },
    { title: 'Attempts ended per minute', series: [ended], values: [[15]] },
    { title: 'Wait in the queue', series: timesOf('wait'), values: [[0.5], [0.95]] },
    { title: 'Time on a worker', series: timesOf('run'), values: [[0.5], [0.95]] },
    {
      title: 'Attempts lost with their worker',
      series: [{ series: `wwebjs_queue_lost_total{${queue}}`, values: often }],
      values: [[900]],
    },
    { title: 'Queues without a worker', series: queued, values: [[40]] },
  ].map((panel) => ({ ...panel, interval: '5m' })),
];

test.each(shown)('"$title" shows what happened', async ({ title, interval = '1h', series, values }) => {
  const { promtool } = await findPrometheus();
  const targets = panels.find((panel) => panel.title === title)?.targets ?? [];
  expect(targets).toHaveLength(values.length);
  const file = join(temporaryFolder(), 'panel.test.yml');
  const asked = targets.map(({ expr }, i) => ({
    expr: `sum(${expr
      .replaceAll(/\$(library|build|workspace)/g, '.*')
      .replaceAll('$__range', '24h')
      .replaceAll('$__rate_interval', '15m')})`,
    eval_time: '25h',
    exp_samples: values[i]?.map((value) => ({ labels: '{}', value })),
  }));
  const written = {
    rule_files: [join(packageRoot, 'dashboards', 'rules', 'recording.yml')],
    evaluation_interval: interval,
    tests: [{ interval, input_series: series, promql_expr_test: asked }],
  };
  writeFileSync(file, stringify(written));
  const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', file]);
  expect(stdout).toContain('SUCCESS');
});
