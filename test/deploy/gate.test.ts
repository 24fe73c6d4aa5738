import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (name: string) => readFileSync(join('deploy/gate', name), 'utf8');

describe('the templates for Argo Rollouts and Flagger', () => {
  it.each([
    ['argo-rollouts.yaml', 'argoproj.io/v1alpha1', 'AnalysisTemplate'],
    ['flagger.yaml', 'flagger.app/v1beta1', 'MetricTemplate'],
  ])('%s is a %s %s over metrics that the contract names', (file, apiVersion, kind) => {
    const template = parse(read(file)) as { apiVersion: string; kind: string };
    expect(template).toMatchObject({ apiVersion, kind });
    const metrics = [...read(file).matchAll(/\bwwebjs_[a-z_]+/g)].map(([name]) => name);
    expect(new Set(metrics)).toEqual(
      new Set([
        'wwebjs_gate_verdict',
        'wwebjs_gate_verdict_timestamp_seconds',
        'wwebjs_canary_last_attempt_timestamp_seconds',
      ]),
    );
  });
});
