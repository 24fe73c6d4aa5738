import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panels.ts';

/** An empty dashboard with what all of them have: variables for library and build, and when gate and rollout decided something. */
export function newDashboard(uid: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(`wwebjs-canary: ${title}`)
    .uid(`wwebjs-${uid}`)
    .description(description)
    .tags(['wwebjs-canary'])
    .timezone('browser')
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(axis('library', 'wwebjs_canary_attempts_total'))
    .withVariable(axis('build', 'wwebjs_canary_attempts_total'))
    .annotation(
      decision('Gate decided', 'max by (baseline, candidate) (wwebjs_gate_verdict_timestamp_seconds) * 1000', 'blue'),
    )
    .annotation(
      decision('Rollout step', 'max by (baseline, candidate) (wwebjs_rollout_step_timestamp_seconds) * 1000', 'orange'),
    );
}

/** A choice of the values of a label; all of them at first. */
function axis(label: string, family: string): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(label)
    .datasource(datasource)
    .query({ qryType: 1, query: `label_values(${family}, ${label})`, refId: label })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' } as never);
}

/** The value of the metric is the time of the event. */
function decision(name: string, expr: string, color: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .useValueForTime(true)
    .titleFormat(name)
    .textFormat('{{baseline}} to {{candidate}}');
}
