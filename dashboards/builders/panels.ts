import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateGridBuilder } from '@grafana/grafana-foundation-sdk/statushistory';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** The Prometheus that the viewer selects at the top of the dashboard. */
export const datasource = { type: 'prometheus', uid: '$' + '{datasource}' };

/** PromQL by its legend. */
export type Queries = Record<string, string>;

export interface PanelOptions {
  /** What the panel counts and what it excludes, as a sentence. */
  description: string;
  unit?: string;
  /** Of the 24 columns of a dashboard. */
  width?: number;
}

type AnyPanel = Builder<Panel> & {
  title(title: string): AnyPanel;
  description(text: string): AnyPanel;
  datasource(reference: typeof datasource): AnyPanel;
  span(width: number): AnyPanel;
  height(rows: number): AnyPanel;
  unit(unit: string): AnyPanel;
  withTarget(target: prometheus.DataqueryBuilder): AnyPanel;
};

/** Values over time. */
export function overTime(title: string, queries: Queries, options: PanelOptions): Builder<Panel> {
  const panel = new TimeSeriesBuilder().fillOpacity(5).spanNulls(false);
  if (options.unit === 'percentunit') panel.min(0).max(1);
  return finish(panel as unknown as AnyPanel, title, queries, options, (query) => query.range());
}

/** The newest values, in large figures. */
export function now(title: string, queries: Queries, options: PanelOptions): Builder<Panel> {
  return finish(new StatBuilder() as unknown as AnyPanel, title, queries, { width: 6, ...options }, (query) =>
    query.instant(),
  );
}

/** The newest values as rows, with a column per label. */
export function rows(title: string, queries: Queries, options: PanelOptions): Builder<Panel> {
  return finish(new TableBuilder() as unknown as AnyPanel, title, queries, options, (query) =>
    query.instant().format(prometheus.PromQueryFormat.Table),
  );
}

/** 0 and 1 over time as red and green cells, one row per series. */
export function stateGrid(title: string, queries: Queries, options: PanelOptions): Builder<Panel> {
  const steps = [
    { value: null, color: 'red' },
    { value: 1, color: 'green' },
  ];
  const panel = new StateGridBuilder().thresholds(new ThresholdsConfigBuilder().steps(steps as never));
  return finish(panel as unknown as AnyPanel, title, queries, { width: 24, ...options }, (query) => query.range());
}

function finish(
  panel: AnyPanel,
  title: string,
  queries: Queries,
  { unit = 'short', description, width = 12 }: PanelOptions,
  shape: (query: prometheus.DataqueryBuilder) => prometheus.DataqueryBuilder,
): Builder<Panel> {
  panel.title(title).description(description).datasource(datasource).span(width).height(8).unit(unit);
  Object.entries(queries).forEach(([legend, expr], i) => {
    const query = new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode(65 + i))
      .expr(expr)
      .legendFormat(legend);
    panel.withTarget(shape(query.datasource(datasource)));
  });
  return panel;
}
