import { newDashboard } from './dashboard.ts';
import { now, overTime, rows } from './panels.ts';

const chosen = '{library=~"$library"}';
const quantile = (part: number, of: 'wait' | 'run') =>
  `histogram_quantile(${part}, sum by (le) (wwebjs:queue_${of}_seconds_bucket:rate1h${chosen}))`;

/** Do the workers keep up with the queue, and are any lost? */
export const fleet = newDashboard('fleet', 'Fleet', 'Do the workers keep up with the queue, and are any lost?', [
  'library',
])
  .withPanel(
    now(
      'Attempts in the queue',
      { '{{state}}': `sum by (state) (wwebjs:queue_attempts${chosen})` },
      {
        width: 12,
        description: 'Delayed: waits for a lease of an account. Stalled: its worker no longer renews the lock.',
      },
    ),
  )
  .withPanel(
    now(
      'Time left',
      {
        left: `sum(wwebjs:queue_attempts{library=~"$library",state=~"waiting|running"}) / sum(wwebjs:queue_ended:rate15m${chosen})`,
      },
      { unit: 's', description: 'At the rate of the last 15 minutes. Without delayed attempts.' },
    ),
  )
  .withPanel(
    now(
      'Slots of the workers',
      { '{{state}}': 'max by (state) (wwebjs_queue_slots)' },
      { description: 'Attempts that all connected workers can make at the same time.' },
    ),
  )
  .withPanel(
    overTime(
      'Attempts in the queue over time',
      { '{{state}}': `sum by (state) (wwebjs:queue_attempts${chosen})` },
      { description: 'Of all queues.' },
    ),
  )
  .withPanel(
    overTime(
      'Attempts ended per minute',
      { '{{browser}}, {{target}}': `60 * sum by (browser, target) (wwebjs:queue_ended:rate15m${chosen})` },
      { description: 'Averaged over 15 minutes, by what their queue needs. Without lost ones.' },
    ),
  )
  .withPanel(
    overTime(
      'Wait in the queue',
      { p50: quantile(0.5, 'wait'), p95: quantile(0.95, 'wait') },
      { unit: 's', description: 'Of attempts that ended in the last hour, before a worker took them.' },
    ),
  )
  .withPanel(
    overTime(
      'Time on a worker',
      { p50: quantile(0.5, 'run'), p95: quantile(0.95, 'run') },
      { unit: 's', description: 'Of attempts that ended in the last hour.' },
    ),
  )
  .withPanel(
    overTime(
      'Attempts lost with their worker',
      { '{{browser}}, {{target}}': `sum by (browser, target) (wwebjs:queue_lost:increase1h${chosen})` },
      { description: 'In one hour. Each is made again, and counts for no version.' },
    ),
  )
  .withPanel(
    rows(
      'Queues without a worker',
      {
        '': `wwebjs:queue_attempts{library=~"$library",state="waiting"} > 0 unless on (target, browser, library) wwebjs:queue_workers > 0`,
      },
      { description: 'Attempts that wait for a worker that serves their target, browser and library.' },
    ),
  );
