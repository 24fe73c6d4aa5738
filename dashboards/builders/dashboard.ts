import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panels.ts';

/** The variables that a dashboard can offer, and the series whose label has their values. */
const choices = {
  library: '{__name__=~"wwebjs_canary_attempts_total|wwebjs_accounts"}',
  build:
    '{__name__=~"wwebjs_canary_attempts_total|wwebjs_build_link_attempts_total|wwebjs_build_session_restorations_total"}',
  workspace: 'wwebjs_workspace_accounts',
} as const;

/** An empty dashboard with what all dashboards share: variables, and annotations for decisions of the gate and of rollouts. */
export function newDashboard(
  uid: string,
  title: string,
  description: string,
  chosen: readonly (keyof typeof choices)[],
): DashboardBuilder {
  const dashboard = new DashboardBuilder(`wwebjs-canary: ${title}`)
    .uid(`wwebjs-${uid}`)
    .description(description)
    .tags(['wwebjs-canary'])
    .timezone('browser')
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .annotation(
      decision('Gate decided', 'max by (baseline, candidate) (wwebjs_gate_verdict_timestamp_seconds) * 1000', 'blue'),
    )
    .annotation(
      decision('Rollout step', 'max by (baseline, candidate) (wwebjs_rollout_step_timestamp_seconds) * 1000', 'orange'),
    );
  return chosen.reduce((built, label) => built.withVariable(choice(label)), dashboard);
}

/** A variable with the values of a label; all are selected at first. */
function choice(label: keyof typeof choices): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(label)
    .datasource(datasource)
    .query({ qryType: 1, query: `label_values(${choices[label]}, ${label})`, refId: label })
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
