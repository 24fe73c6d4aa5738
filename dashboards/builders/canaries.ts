import { newDashboard } from './dashboard.ts';
import { now, overTime, rows } from './panels.ts';

const since = (event: 'attempt' | 'success') =>
  `sort_desc(time() - max by (library, build, flow) (wwebjs_canary_last_${event}_timestamp_seconds{library=~"$library",build=~"$build"}))`;

/** Can what the canaries say be believed? */
export const canaries = newDashboard('canaries', 'Canaries', 'Can what the canaries say be believed?', [
  'library',
  'build',
])
  .withPanel(
    now(
      'Last run of the schedule',
      { ago: 'time() - max(wwebjs_watch_last_run_timestamp_seconds)' },
      { unit: 's', description: 'How long ago it ended.' },
    ),
  )
  .withPanel(
    now(
      'Missed periods',
      { missed: 'max(increase(wwebjs_watch_missed_periods_total[$__range]))' },
      { description: 'Periods in the time that is shown in which no run was started.' },
    ),
  )
  .withPanel(
    now(
      'Runs by result',
      { '{{result}}': 'max by (result) (increase(wwebjs_watch_runs_total[$__range]))' },
      { width: 12, description: 'In the time that is shown. `cut`: took longer than its budget.' },
    ),
  )
  .withPanel(
    overTime(
      'Attempts per minute',
      { '{{outcome}}': '60 * sum by (outcome) (wwebjs:canary_attempts:rate1h)' },
      { description: 'Attempts that ended, averaged over one hour.' },
    ),
  )
  .withPanel(
    overTime(
      'Share that the machine or the harness spoiled',
      { infra: 'wwebjs:canary_infra_ratio:rate1h' },
      { unit: 'percentunit', description: 'Such attempts say nothing of a library. Over one hour.' },
    ),
  )
  .withPanel(
    rows(
      'Time since the last success',
      { '': since('success') },
      { unit: 's', description: 'Cells that are expected to fail are there too.' },
    ),
  )
  .withPanel(
    rows('Time since the last attempt', { '': since('attempt') }, { unit: 's', description: 'Whatever came of it.' }),
  )
  .withPanel(
    rows(
      'Families at their limit',
      { '': 'max by (family) (wwebjs_metrics_overflowing) == 1' },
      { description: 'What comes after the limit is counted under `overflow`.' },
    ),
  )
  .withPanel(
    now(
      'Exporters that read the store',
      { exporters: 'sum(wwebjs_exporter_store_up)' },
      { width: 12, description: 'Without one, nothing on these dashboards but the figures of instances is true.' },
    ),
  );
