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
          'Links that began in the last 24 hours and ended, from the history of all workspaces. Codes without a scan count as failed.',
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
        description: 'In the time range. `surfaced`: a caller was refused a link; that has to stay 0.',
        width: 12,
      },
    ),
  )
  .withPanel(
    overTime(
      'Success rate by version',
      {
        '{{library}}': ratioBy(
          'library',
          attempts(',outcome="ready"'),
          attempts(',code!~"link-timeout|pairing-refused"'),
        ),
      },
      { unit: 'percentunit', description: 'Over one hour, all workspaces. Codes without a scan do not count.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate by version and build',
      {
        '{{library}} on {{build}}': ratioBy(
          'library, build',
          ofBuild(',outcome="ready"'),
          ofBuild(',code!~"link-timeout|pairing-refused"'),
        ),
      },
      {
        unit: 'percentunit',
        description:
          'Over one hour, all workspaces, by the last build that the page reported. Codes without a scan do not count.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Failures per hour by version, build and code',
      {
        '{{library}} on {{build}}: {{code}}': `3600 * sum by (library, build, code) (${ofBuild(',outcome="failed"')})`,
      },
      { description: 'All workspaces. `unknown`: the page had not reported its build when the link failed.' },
    ),
  )
  .withPanel(
    overTime(
      'The 20 workspaces with the lowest success rate',
      {
        '{{workspace}}': `bottomk(20, ${ratioBy(
          'workspace',
          ofWorkspace(',outcome="ready"'),
          ofWorkspace(',code!~"link-timeout|pairing-refused"'),
        )})`,
      },
      {
        unit: 'percentunit',
        description: 'Over one hour, by workspace id. Codes without a scan do not count.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Links per hour by version',
      { '{{library}} {{outcome}}': `3600 * sum by (library, outcome) (${attempts()})` },
      { description: 'Ended links of all workspaces, including codes without a scan.' },
    ),
  )
  .withPanel(
    overTime(
      'Failures per hour of the chosen workspaces by code',
      { '{{code}}': `3600 * sum by (code) (${ofWorkspace(',outcome="failed"')})` },
      { description: 'docs/service.md explains the codes. `link-timeout`: no scan in time.' },
    ),
  )
  .withPanel(
    overTime(
      'Share of links without a scan, by version',
      { '{{library}}': ratioBy('library', attempts(',code="link-timeout"'), attempts()) },
      {
        unit: 'percentunit',
        description:
          'Over one hour, all workspaces. People leave codes unscanned on every version alike: a version far above the others hides failures here.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Time to authenticated and ready',
      { '{{phase}} p50': quantile(0.5), '{{phase}} p95': quantile(0.95), '{{phase}} p99': quantile(0.99) },
      { unit: 's', description: 'From the start of the session, over one hour, all workspaces.' },
    ),
  );
