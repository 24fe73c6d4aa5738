import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';
import { ratioBy } from './queries.ts';

const library = 'library=~"$library"';
const chosen = `${library},workspace=~"$workspace"`;
const ofVersion = (more = '') => `wwebjs:session_restorations:rate30m{${library}${more}}`;
const ofBuild = (more = '') => `wwebjs:build_session_restorations:rate30m{${library},build=~"$build"${more}}`;
const ofWorkspace = (more = '') => `wwebjs:workspace_session_restorations:rate30m{${chosen}${more}}`;

/** Are the sessions where they should be, and do those come back that were lost? */
export const sessions = newDashboard(
  'sessions',
  'Sessions',
  'Are the sessions where they should be, and do those come back that were lost?',
  ['library', 'build', 'workspace'],
)
  .withPanel(
    now(
      'Instances',
      { instances: 'max(wwebjs_service_instances)' },
      { description: 'Heard of within the last minute and not stopped.' },
    ),
  )
  .withPanel(
    now(
      'Waiting to be restored',
      { sessions: 'wwebjs:session_restoration_backlog' },
      { description: 'Sessions that should run, may be started now and that nobody runs.' },
    ),
  )
  .withPanel(
    now(
      'Leases',
      { '{{state}}': 'max by (state) (wwebjs_session_leases)' },
      { description: 'Sessions that should run, by whether an instance holds their lease.' },
    ),
  )
  .withPanel(
    now(
      'Wait for a person',
      { '{{code}}': 'max by (code) (wwebjs_sessions_needing_attention) > 0' },
      { description: 'Sessions that keep failing and that nobody starts until somebody asks, by why.' },
    ),
  )
  .withPanel(
    overTime(
      'Sessions by instance and step',
      { '{{instance}} {{status}}': `sum by (instance, status) (wwebjs_sessions{${library}})` },
      { description: 'Of all workspaces: instances do not count by workspace.' },
    ),
  )
  .withPanel(
    overTime(
      'Accounts by status',
      {
        '{{status}}': `sum by (status) (max by (workspace, library, status) (wwebjs_workspace_accounts{${chosen}}))`,
      },
      { description: 'Accounts in the store, deleted ones left out.' },
    ),
  )
  .withPanel(
    overTime(
      'Leases by instance',
      { '{{instance}}': 'sum by (instance) (wwebjs_sessions)' },
      { description: 'An instance runs a session as long as it holds its lease.' },
    ),
  )
  .withPanel(
    overTime(
      'Launches by instance',
      { '{{instance}} {{state}}': 'sum by (instance, state) (wwebjs_session_launches)' },
      { description: 'Browsers that are starting, sessions that wait for that, and how many more could start.' },
    ),
  )
  .withPanel(
    overTime(
      'Restorations per hour by instance',
      {
        '{{instance}} {{outcome}}':
          '3600 * sum by (instance, outcome) (rate(wwebjs_session_restorations_total[$__rate_interval]) unless on (job, instance) wwebjs_exporter_store_up)',
      },
      { description: 'As the instances count them themselves, of all workspaces.' },
    ),
  )
  .withPanel(
    overTime(
      'Restorations per hour',
      { '{{outcome}} {{code}}': `3600 * sum by (outcome, code) (${ofWorkspace()})` },
      { description: 'Starts of sessions that had been linked before.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of restorations',
      { '{{library}}': ratioBy('library', ofVersion(',outcome="ready"'), ofVersion(',outcome=~"ready|failed"')) },
      {
        unit: 'percentunit',
        description:
          'Over 30 minutes, of all workspaces. Those that were stopped in order, or whose instance died, are left out.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of restorations by version and build',
      {
        '{{library}} on {{build}}': ratioBy(
          'library, build',
          ofBuild(',outcome="ready"'),
          ofBuild(',outcome=~"ready|failed"'),
        ),
      },
      {
        unit: 'percentunit',
        description:
          'Over 30 minutes, of all workspaces. Those that were stopped in order, or whose instance died, are left out.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Backlog',
      { sessions: 'wwebjs:session_restoration_backlog' },
      { description: 'Sessions that should run, may be started now and that nobody runs, of all workspaces.' },
    ),
  );
