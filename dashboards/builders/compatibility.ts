import { newDashboard } from './dashboard.ts';
import { overTime, rows, stateGrid } from './panels.ts';
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
      'What was loaded',
      { '': 'max by (role, declared, installed, loaded) (wwebjs_library_info)' },
      {
        width: 24,
        description: 'Which library is requested, on disk and in memory, for canaries and the service.',
      },
    ),
  );
