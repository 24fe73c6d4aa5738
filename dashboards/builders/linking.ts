import { newDashboard } from './dashboard.ts';
import { now, overTime } from './panels.ts';
import { countedOnce, ratioBy } from './queries.ts';

const attempts = (more = '') => `wwebjs:link_attempts:rate1h{library=~"$library"${more}}`;
const ofWorkspace = (more = '') =>
  `wwebjs:workspace_link_attempts:rate1h{library=~"$library",workspace=~"$workspace"${more}}`;
const ofBuild = (more = '') => `wwebjs:build_link_attempts:rate1h{library=~"$library",build=~"$build"${more}}`;
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le, phase) (wwebjs:link_duration_seconds_bucket:rate1h{library=~"$library"}))`;

/** Do people who scan a code get connected, how fast, and why not? */
export const linking = newDashboard(
  'linking',
  'Linking',
  'Do people who scan a code get connected, how fast, and why not?',
  ['library', 'build', 'workspace'],
)
  .withPanel(
    now(
      'Success rate of the last 24 hours',
      { '{{library}}': 'max by (library) (wwebjs_link_success_ratio{window="24h",library=~"$library"})' },
      {
        unit: 'percentunit',
        description:
          'Links begun in the last 24 hours and ended, out of the history, of all workspaces; codes that nobody scanned count as failed.',
        width: 12,
      },
    ),
  )
  .withPanel(
    now(
      'Constraint violations',
      {
        '{{constraint}} {{outcome}}': countedOnce(
          'constraint, outcome',
          'increase(wwebjs_account_constraint_violations_total[$__range])',
        ),
      },
      {
        description: 'In the time that is shown. `surfaced`: somebody was refused a link; that has to stay 0.',
        width: 12,
      },
    ),
  )
  .withPanel(
    overTime(
      'Success rate by version',
      { '{{library}}': ratioBy('library', attempts(',outcome="ready"'), attempts(',code!="link-timeout"')) },
      { unit: 'percentunit', description: 'Over one hour, of all workspaces. Codes that nobody scanned are left out.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate by version and build',
      {
        '{{library}} on {{build}}': ratioBy(
          'library, build',
          ofBuild(',outcome="ready"'),
          ofBuild(',code!="link-timeout"'),
        ),
      },
      {
        unit: 'percentunit',
        description:
          'Over one hour, of all workspaces, by the build that the page said last. Codes that nobody scanned are left out.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Failures per hour by version, build and code',
      {
        '{{library}} on {{build}}: {{code}}': `3600 * sum by (library, build, code) (${ofBuild(',outcome="failed"')})`,
      },
      { description: 'Of all workspaces. `unknown`: the page had not said its build when the link failed.' },
    ),
  )
  .withPanel(
    overTime(
      'The 20 workspaces with the lowest success rate',
      {
        '{{workspace}}': `bottomk(20, ${ratioBy(
          'workspace',
          ofWorkspace(',outcome="ready"'),
          ofWorkspace(',code!="link-timeout"'),
        )})`,
      },
      {
        unit: 'percentunit',
        description: 'Over one hour, by the id of the workspace. Codes that nobody scanned are left out.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Links per hour by version',
      { '{{library}} {{outcome}}': `3600 * sum by (library, outcome) (${attempts()})` },
      { description: 'Links of all workspaces that ended, codes that nobody scanned included.' },
    ),
  )
  .withPanel(
    overTime(
      'Failures per hour of the chosen workspaces by code',
      { '{{code}}': `3600 * sum by (code) (${ofWorkspace(',outcome="failed"')})` },
      { description: 'What a code means is in docs/service.md. `link-timeout`: nobody scanned.' },
    ),
  )
  .withPanel(
    overTime(
      'Share that nobody scanned, by version',
      { '{{library}}': ratioBy('library', attempts(',code="link-timeout"'), attempts()) },
      {
        unit: 'percentunit',
        description:
          'Over one hour, of all workspaces. People leave codes alone whichever version shows them: a version far above the others hides failures here.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Time to authenticated and ready',
      { '{{phase}} p50': quantile(0.5), '{{phase}} p95': quantile(0.95), '{{phase}} p99': quantile(0.99) },
      { unit: 's', description: 'From the start of the session, over one hour, of all workspaces.' },
    ),
  );
