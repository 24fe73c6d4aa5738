import { newDashboard } from './dashboard.ts';
import { now, overTime, rows } from './panels.ts';

const since = (event: 'attempt' | 'success') =>
  `sort_desc(time() - max by (library, build, flow, target) (wwebjs_canary_last_${event}_timestamp_seconds{library=~"$library",build=~"$build"}))`;

/** Are the canaries running, and are their results reliable? */
export const canaries = newDashboard(
  'canaries',
  'Canaries',
  'Are the canaries running, and are their results reliable?',
  ['library', 'build'],
)
  .withPanel(
    now(
      'Last run of the schedule',
      { ago: 'time() - max(wwebjs_watch_last_run_timestamp_seconds)' },
      { unit: 's', description: 'Time since it ended.' },
    ),
  )
  .withPanel(
    now(
      'Missed periods',
      { missed: 'max(increase(wwebjs_watch_missed_periods_total[$__range]))' },
      { description: 'Periods without a run, in the time range.' },
    ),
  )
  .withPanel(
    now(
      'Runs by result',
      { '{{result}}': 'max by (result) (increase(wwebjs_watch_runs_total[$__range]))' },
      { width: 12, description: 'In the time range. `cut`: the run took longer than its budget.' },
    ),
  )
  .withPanel(
    now(
      'Live accounts',
      {
        '{{state}}': 'max by (state) (wwebjs_live_accounts)',
        stopped: 'max(wwebjs_live_pool_stopped) > 0',
        'breaker open': 'max(wwebjs_live_breaker_open) > 0',
      },
      {
        description:
          'Numbers for attempts on the live site, by state; `stopped` by a person, `breaker open` after restrictions and bans.',
      },
    ),
  )
  .withPanel(
    now(
      'What WhatsApp did to live accounts',
      { '{{kind}}': 'max by (kind) (wwebjs_live_incidents)' },
      { description: 'Accounts to which it happened within a day, without those that a person has resumed since.' },
    ),
  )
  .withPanel(
    now(
      'Phone not opened for',
      { longest: 'max(wwebjs_live_phone_unopened_seconds)' },
      {
        unit: 's',
        description: 'Of all live accounts the longest. WhatsApp logs out all devices of a phone after 14 days.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Attempts per minute',
      { '{{outcome}}': '60 * sum by (outcome) (wwebjs:canary_attempts:rate1h)' },
      { description: 'Ended attempts, averaged over one hour.' },
    ),
  )
  .withPanel(
    overTime(
      'Infra share of attempts',
      { infra: 'wwebjs:canary_infra_ratio:rate1h' },
      {
        unit: 'percentunit',
        description:
          'Attempts that the machine or the harness spoiled, over one hour. They say nothing about a library.',
      },
    ),
  )
  .withPanel(
    rows(
      'Time since the last success',
      { '': since('success') },
      { unit: 's', description: 'Includes cells that are expected to fail.' },
    ),
  )
  .withPanel(
    rows('Time since the last attempt', { '': since('attempt') }, { unit: 's', description: 'With any outcome.' }),
  )
  .withPanel(
    rows(
      'Families at their limit',
      { '': 'max by (family) (wwebjs_metrics_overflowing) == 1' },
      { description: 'Label sets beyond the limit are counted under `overflow`.' },
    ),
  )
  .withPanel(
    now(
      'Exporters that read the store',
      { exporters: 'sum(wwebjs_exporter_store_up)' },
      { width: 12, description: 'Without one, only the figures of instances on these dashboards are correct.' },
    ),
  );
