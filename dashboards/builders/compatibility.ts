import { newDashboard } from './dashboard.ts';
import { now, overTime, rows, stateGrid } from './panels.ts';
import { ratioBy } from './queries.ts';

const chosen = 'library=~"$library",build=~"$build"';
const passed = (when = '') =>
  `min by (library, build, browser, flow, condition, switches, target) (wwebjs_canary_cell_passed{${chosen}}${when})`;
const attempts = (when: string) => `wwebjs:canary_attempts:rate1h{${chosen},${when}}`;
const successRatioBy = (labels: string) => ratioBy(labels, attempts('outcome="passed"'), attempts('outcome!="infra"'));
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le, phase) (wwebjs:canary_phase_duration_seconds_bucket:rate1h{library=~"$library"}))`;

/** Which version works on which build, and what changed? */
export const compatibility = newDashboard(
  'compatibility',
  'Compatibility',
  'Which version works on which build, and what changed?',
  ['library', 'build'],
)
  .withPanel(
    stateGrid(
      'Matrix over time',
      { '{{library}} on {{build}}, {{flow}} {{condition}} {{browser}}': passed() },
      {
        description: 'Whether the last attempt of each cell passed, without attempts that the machine spoiled.',
      },
    ),
  )
  .withPanel(
    rows(
      'Not as expected now',
      { '': `wwebjs:canary_cell_as_expected{${chosen}} == 0` },
      { description: 'Cells whose last run differs from compat-matrix/expectations.yaml.' },
    ),
  )
  .withPanel(
    rows(
      'Changed since yesterday',
      { '': `${passed()} != ${passed(' offset 1d')}` },
      {
        description: '1: works now, failed before. 0: fails now, worked before.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of the canaries by version',
      { '{{library}}': successRatioBy('library') },
      { unit: 'percentunit', description: 'Over one hour, without attempts that the machine spoiled.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of the canaries by version and build',
      { '{{library}} on {{build}}': successRatioBy('library, build') },
      { unit: 'percentunit', description: 'Over one hour, without attempts that the machine spoiled.' },
    ),
  )
  .withPanel(
    overTime(
      'Phase times of the canaries',
      { '{{phase}} p50': quantile(0.5), '{{phase}} p95': quantile(0.95), '{{phase}} p99': quantile(0.99) },
      { unit: 's', description: 'Over one hour, all builds and flows.' },
    ),
  )
  .withPanel(
    rows(
      'Build of the live site',
      { '': 'max by (build) (wwebjs_live_build_info)' },
      { width: 6, description: 'The build that the live site served last, as watch --live read it.' },
    ),
  )
  .withPanel(
    now(
      'Age of what is known',
      {
        'page read': 'time() - max(wwebjs_live_page_timestamp_seconds)',
        'build seen': 'time() - max(wwebjs_live_build_seen_timestamp_seconds)',
        'data end': 'max(wwebjs_surface_data_age_seconds)',
      },
      {
        unit: 's',
        description:
          'Time since a page of the live site was read, since its build was seen first, and since the end of the data.',
      },
    ),
  )
  .withPanel(
    now(
      'Drift and failed looks',
      {
        'behaviours that the data does not have': 'max(wwebjs_live_drift)',
        'looks without a page': 'max(wwebjs_live_failed_looks)',
      },
      {
        description:
          'Behaviours that the page shows and of which the data says otherwise, and looks in a row without a page.',
      },
    ),
  )
  .withPanel(
    rows(
      'What the newest build takes from versions',
      {
        'methods and steps': 'max by (library) (wwebjs_live_lost{library=~"$library"}) > 0',
        'flows on a replica': 'max by (library) (wwebjs_live_worse_flows{library=~"$library"}) > 0',
      },
      {
        description:
          'Compared with the build before: by the source of each version, and by attempts on replicas of both.',
      },
    ),
  )
  .withPanel(
    rows(
      'What was loaded',
      { '': 'max by (role, declared, installed, loaded) (wwebjs_library_info)' },
      {
        width: 24,
        description: 'Which library is requested, on disk and in memory, for canaries and the service.',
      },
    ),
  );
