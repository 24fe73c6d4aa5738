import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';

const chosen = 'library=~"$library"';
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le, phase) (rate(wwebjs_link_duration_seconds_bucket{${chosen}}[1h])))`;

/** Do people who scan a code get connected, how fast, and why not? */
export const linking = newDashboard(
  'linking',
  'Linking',
  'Do people who scan a code get connected, how fast, and why not?',
)
  .withPanel(
    now(
      'Success rate of the last 24 hours',
      {
        '{{library}}': `max by (library) (wwebjs_link_success_ratio{window="24h",${chosen}})`,
      },
      {
        unit: 'percentunit',
        description: 'Links begun in the last 24 hours and ended, out of the history.',
        width: 12,
      },
    ),
  )
  .withPanel(
    now(
      'Constraint violations',
      { '{{outcome}}': 'max by (outcome) (wwebjs_account_constraint_violations_total)' },
      { width: 12 },
    ),
  )
  .withPanel(
    overTime(
      'Success rate by version',
      { '{{library}}': `wwebjs:link_success_ratio:rate1h{${chosen}}` },
      {
        unit: 'percentunit',
        description: 'Over one hour. Codes that nobody scanned are left out.',
      },
    ),
  )
  .withPanel(
    overTime('Links per hour by version', {
      '{{library}} {{outcome}}': `3600 * sum by (library, outcome) (wwebjs:link_attempts:rate1h{${chosen}})`,
    }),
  )
  .withPanel(
    overTime(
      'Time to authenticated and ready',
      {
        '{{phase}} p50': quantile(0.5),
        '{{phase}} p95': quantile(0.95),
        '{{phase}} p99': quantile(0.99),
      },
      { unit: 's' },
    ),
  )
  .withPanel(
    overTime('Failures per hour by code', {
      '{{code}}': `3600 * sum by (code) (wwebjs:link_attempts:rate1h{outcome="failed",${chosen}})`,
    }),
  );
