import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';

const chosen = 'library=~"$library"';

/** Are the sessions where they should be, and do those come back that were lost? */
export const sessions = newDashboard(
  'sessions',
  'Sessions',
  'Are the sessions where they should be, and do those come back that were lost?',
)
  .withPanel(now('Instances', { instances: 'max(wwebjs_service_instances)' }))
  .withPanel(now('Waiting to be restored', { sessions: 'wwebjs:session_restoration_backlog' }))
  .withPanel(now('Leases', { '{{state}}': 'max by (state) (wwebjs_session_leases)' }))
  .withPanel(now('Wait for a person', { '{{code}}': 'max by (code) (wwebjs_sessions_needing_attention) > 0' }))
  .withPanel(
    overTime('Sessions by instance and step', {
      '{{instance}} {{status}}': `sum by (instance, status) (wwebjs_sessions{${chosen}})`,
    }),
  )
  .withPanel(
    overTime('Accounts by status', {
      '{{status}}': `sum by (status) (max by (library, status) (wwebjs_accounts{${chosen}}))`,
    }),
  )
  .withPanel(
    overTime('Restorations per hour', {
      '{{outcome}} {{code}}': `3600 * sum by (outcome, code) (wwebjs:session_restorations:rate30m{${chosen}})`,
    }),
  )
  .withPanel(
    overTime(
      'Success rate of restorations',
      { '{{library}}': `wwebjs:session_restoration_success_ratio:rate30m{${chosen}}` },
      { unit: 'percentunit' },
    ),
  )
  .withPanel(overTime('Backlog', { sessions: 'wwebjs:session_restoration_backlog' }, { width: 24 }));
