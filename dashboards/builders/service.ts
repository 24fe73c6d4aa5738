import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';

const quantile = (q: number, labels: string, buckets: string) =>
  `histogram_quantile(${q}, sum by (${labels}, le) (rate(${buckets}[$__rate_interval])))`;
const requests = 'wwebjs_http_request_duration_seconds';
const statements = 'wwebjs_database_statement_duration_seconds';
/** Other Node programs have metrics of the same names. */
const ofInstances = (metric: string) => `${metric} and on (job, instance) wwebjs_session_launches{state="free"}`;

/** Do the instances of the service keep up, and do webhooks receive what happens? */
export const service = newDashboard(
  'service',
  'Service',
  'Do the instances of the service keep up, and do webhooks receive what happens?',
  [],
)
  .withPanel(
    now(
      'Accounts that lost their login',
      { '{{code}}': 'sum by (code) (wwebjs:lost_logins:increase10m)' },
      { description: 'Within ten minutes, by code. Each needs a new link.' },
    ),
  )
  .withPanel(
    now(
      'Webhooks',
      { '{{state}}': 'max by (state) (wwebjs_webhooks)' },
      { description: 'Failing: no successful delivery for a minute since one failed, and deliveries wait.' },
    ),
  )
  .withPanel(
    now(
      'Oldest pending delivery',
      { age: 'max(wwebjs_webhook_oldest_pending_age_seconds)' },
      { unit: 's', description: 'Those that wait for their backoff included.' },
    ),
  )
  .withPanel(
    now(
      'Rejected keys',
      { '{{reason}}': 'wwebjs:rejected_keys:increase10m' },
      { description: 'Within ten minutes, all instances together.' },
    ),
  )
  .withPanel(
    overTime(
      'Delay of the event loop, p99',
      { '{{instance}}': 'wwebjs:instance_event_loop_delay_seconds:p99' },
      { unit: 's', description: 'Since the scrape before. The timer that measures it adds about 10 ms.' },
    ),
  )
  .withPanel(
    overTime(
      'Processors that instances use',
      {
        '{{instance}}': ofInstances('rate(process_cpu_seconds_total[$__rate_interval])'),
        '{{instance}} browsers': 'rate(wwebjs_browser_cpu_seconds_total[$__rate_interval])',
      },
      { description: 'The process of the instance, and the browsers of its sessions.' },
    ),
  )
  .withPanel(
    overTime(
      'Memory of instances',
      {
        '{{instance}}': ofInstances('process_resident_memory_bytes'),
        '{{instance}} browsers': 'wwebjs_browser_memory_bytes',
      },
      {
        unit: 'bytes',
        description: 'The process of the instance, and the browsers of its sessions without files that they share.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Open files',
      { '{{instance}}': ofInstances('process_open_fds'), '{{instance}} limit': ofInstances('process_max_fds') },
      { description: 'File descriptors of the process of each instance, and how many it may have.' },
    ),
  )
  .withPanel(
    overTime(
      'Requests per second by status',
      { '{{status}}': `sum by (status) (rate(${requests}_count[$__rate_interval]))` },
      { unit: 'reqps', description: 'All instances together, without streams of events.' },
    ),
  )
  .withPanel(
    overTime(
      'Requests per second by route',
      { '{{method}} {{route}}': `topk(15, sum by (method, route) (rate(${requests}_count[$__rate_interval])))` },
      { unit: 'reqps', description: 'The 15 with the most requests, without streams of events.' },
    ),
  )
  .withPanel(
    overTime(
      'Duration of requests by route, p95',
      { '{{method}} {{route}}': `topk(15, ${quantile(0.95, 'method, route', `${requests}_bucket`)})` },
      { unit: 's', description: 'The 15 slowest. A write may wait for a phone, for WhatsApp or for an installation.' },
    ),
  )
  .withPanel(
    overTime(
      'Duration of statements, p95',
      { '{{instance}} {{outcome}}': quantile(0.95, 'instance, outcome', `${statements}_bucket`) },
      { unit: 's', description: 'In the database of the service, the wait for a connection not included.' },
    ),
  )
  .withPanel(
    overTime(
      'Statements per second',
      { '{{instance}} {{outcome}}': `sum by (instance, outcome) (rate(${statements}_count[$__rate_interval]))` },
      { unit: 'ops', description: 'A duplicate that a unique index refuses counts as failed.' },
    ),
  )
  .withPanel(
    overTime(
      'Connections to the database',
      { '{{instance}} {{state}}': 'sum by (instance, state) (wwebjs_database_connections)' },
      { description: 'Of the pool of each instance, and work that waits for one. The embedded store has no pool.' },
    ),
  )
  .withPanel(
    overTime(
      'Attempts to deliver per hour',
      { '{{outcome}}': '3600 * sum by (outcome) (rate(wwebjs_webhook_attempts_total[$__rate_interval]))' },
      { description: 'Refused: another status than 2xx. Unreachable: no answer.' },
    ),
  )
  .withPanel(
    overTime(
      'Pending deliveries',
      { deliveries: 'max(wwebjs_webhook_deliveries_pending)' },
      { description: 'All workspaces. Dead letters are not in it.' },
    ),
  )
  .withPanel(
    overTime(
      'Delay of deliveries',
      { delay: 'max(wwebjs_webhook_delivery_delay_seconds)' },
      { unit: 's', description: 'For how long the oldest due event for a working webhook has waited.' },
    ),
  );
