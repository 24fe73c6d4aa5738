import { newDashboard } from './dashboard.ts';
import { now, overTime, rows } from './panels.ts';

/** Can what the canaries say be believed? */
export const canaries = newDashboard('canaries', 'Canaries', 'Can what the canaries say be believed?')
  .withPanel(
    now('Last run of the schedule', { ago: 'time() - max(wwebjs_watch_last_run_timestamp_seconds)' }, { unit: 's' }),
  )
  .withPanel(now('Missed periods', { missed: 'max(wwebjs_watch_missed_periods_total)' }))
  .withPanel(now('Runs by result', { '{{result}}': 'max by (result) (wwebjs_watch_runs_total)' }, { width: 12 }))
  .withPanel(
    overTime('Attempts per minute', { '{{outcome}}': '60 * sum by (outcome) (wwebjs:canary_attempts:rate1h)' }),
  )
  .withPanel(
    overTime(
      'Share that the machine or the harness spoiled',
      { infra: 'wwebjs:canary_infra_ratio:rate1h' },
      { unit: 'percentunit' },
    ),
  )
  .withPanel(
    rows(
      'Time since the last success',
      {
        '': 'sort_desc(time() - max by (library, build, flow) (wwebjs_canary_last_success_timestamp_seconds{library=~"$library",build=~"$build"}))',
      },
      { unit: 's' },
    ),
  )
  .withPanel(
    rows(
      'Time since the last attempt',
      {
        '': 'sort_desc(time() - max by (library, build, flow) (wwebjs_canary_last_attempt_timestamp_seconds{library=~"$library",build=~"$build"}))',
      },
      { unit: 's' },
    ),
  )
  .withPanel(rows('Families at their limit', { '': 'max by (family) (wwebjs_metrics_overflowing) == 1' }))
  .withPanel(now('Exporters that read the store', { exporters: 'sum(wwebjs_exporter_store_up)' }, { width: 12 }));
