import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';
import { ratioBy } from './queries.ts';

const library = 'library=~"$library"';
const chosen = `${library},workspace=~"$workspace"`;
const ofVersion = (more = '') => `wwebjs:session_restorations:rate30m{${library}${more}}`;
const ofBuild = (more = '') => `wwebjs:build_session_restorations:rate30m{${library},build=~"$build"${more}}`;
const ofWorkspace = (more = '') => `wwebjs:workspace_session_restorations:rate30m{${chosen}${more}}`;

/** Do all sessions run, and do lost sessions come back? */
export const sessions = newDashboard('sessions', 'Sessions', 'Do all sessions run, and do lost sessions come back?', [
  'library',
  'build',
  'workspace',
])
  .withPanel(
    now(
      'Instances',
      { instances: 'max(wwebjs_service_instances)' },
      { description: 'With a heartbeat in the last minute, and not stopped.' },
    ),
  )
  .withPanel(
    now(
      'Waiting to be restored',
      { sessions: 'wwebjs:session_restoration_backlog' },
      { description: 'Sessions that should run, may start now and have no instance.' },
    ),
  )
  .withPanel(
    now(
      'Leases',
      {
        '{{state}}': 'max by (state) (wwebjs_session_leases)',
        capacity: 'max(wwebjs_service_session_capacity)',
      },
      { description: 'Sessions that should run, with and without an instance that holds their lease.' },
    ),
  )
  .withPanel(
    now(
      'Wait for a person',
      { '{{code}}': 'max by (code) (wwebjs_sessions_needing_attention) > 0' },
      { description: 'Sessions that keep failing and stay stopped until a person asks for a restoration, by code.' },
    ),
  )
  .withPanel(
    overTime(
      'Sessions by instance and step',
      { '{{instance}} {{status}}': `sum by (instance, status) (wwebjs_sessions{${library}})` },
      { description: 'All workspaces: instances do not count by workspace.' },
    ),
  )
  .withPanel(
    overTime(
      'Accounts by status',
      {
        '{{status}}': `sum by (status) (max by (workspace, library, status) (wwebjs_workspace_accounts{${chosen}}))`,
      },
      { description: 'Accounts in the store, without deleted ones.' },
    ),
  )
  .withPanel(
    overTime(
      'Leases by instance',
      { '{{instance}}': 'sum by (instance) (wwebjs_sessions)' },
      { description: 'An instance runs a session while it holds its lease.' },
    ),
  )
  .withPanel(
    overTime(
      'Launches by instance',
      { '{{instance}} {{state}}': 'sum by (instance, state) (wwebjs_session_launches)' },
      { description: 'Browsers that are starting, sessions that wait for a slot, and free slots.' },
    ),
  )
  .withPanel(
    overTime(
      'Hosts by version',
      {
        '{{library}} waiting': `sum by (library) (wwebjs_warm_hosts{${library}})`,
        '{{library}} sessions per hour from {{from}}': `3600 * sum by (library, from) (rate(wwebjs_host_claims_total{${library}}[$__rate_interval]))`,
        '{{library}} sessions per hour that end with their host': `3600 * sum by (library) (rate(wwebjs_host_death_sessions_total{${library}}[$__rate_interval]))`,
      },
      {
        description:
          'Hosts that wait for a session, where sessions get theirs from, and how many end because their host ended by itself.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Restorations per hour by instance',
      {
        '{{instance}} {{outcome}}':
          '3600 * sum by (instance, outcome) (rate(wwebjs_session_restorations_total[$__rate_interval]) unless on (job, instance) wwebjs_exporter_store_up)',
      },
      { description: 'As counted by the instances, all workspaces.' },
    ),
  )
  .withPanel(
    overTime(
      'Restorations per hour',
      { '{{outcome}} {{code}}': `3600 * sum by (outcome, code) (${ofWorkspace()})` },
      { description: 'Starts of sessions that were linked before.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of restorations',
      { '{{library}}': ratioBy('library', ofVersion(',outcome="ready"'), ofVersion(',outcome=~"ready|failed"')) },
      {
        unit: 'percentunit',
        description:
          'Over 30 minutes, all workspaces. Graceful stops and restorations whose instance died do not count.',
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
          'Over 30 minutes, all workspaces. Graceful stops and restorations whose instance died do not count.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Backlog',
      { sessions: 'wwebjs:session_restoration_backlog' },
      { description: 'Sessions that should run, may start now and have no instance. All workspaces.' },
    ),
  )
  .withPanel(
    overTime(
      'Failed calls of methods per hour',
      {
        '{{method}} {{library}}': `3600 * sum by (method, library) (rate(wwebjs_method_calls_total{${library},outcome="failed"}[1h])) > 0`,
      },
      { description: 'What the library or its page threw when programs called it: by method and version.' },
    ),
  )
  .withPanel(
    overTime(
      'Calls of methods that failed, by build',
      {
        '{{method}} {{build}}': `sum by (method, build) (rate(wwebjs_build_method_calls_total{${library},build=~"$build",outcome="failed"}[1h])) / sum by (method, build) (rate(wwebjs_build_method_calls_total{${library},build=~"$build",outcome=~"answered|failed"}[1h])) > 0`,
      },
      {
        unit: 'percentunit',
        description: 'Share of the calls that ended: a method that breaks with a new build of WhatsApp Web is here.',
      },
    ),
  );
