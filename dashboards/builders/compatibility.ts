import { newDashboard } from './dashboard.ts';
import { overTime, rows, stateGrid } from './panels.ts';
import { ratioBy } from './queries.ts';

const chosen = 'library=~"$library",build=~"$build"';
const passed = (when = '') =>
  `min by (library, build, browser, flow, condition) (wwebjs_canary_cell_passed{${chosen}}${when})`;
const attempts = (when: string) => `wwebjs:canary_attempts:rate1h{${chosen},${when}}`;
const successRatioBy = (labels: string) => ratioBy(labels, attempts('outcome="passed"'), attempts('outcome!="infra"'));
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le, phase) (wwebjs:canary_phase_duration_seconds_bucket:rate1h{library=~"$library"}))`;

/** Which version works on which build, and what is new in that? */
export const compatibility = newDashboard(
  'compatibility',
  'Compatibility',
  'Which version works on which build, and what is new in that?',
  ['library', 'build'],
)
  .withPanel(
    stateGrid(
      'Matrix over time',
      { '{{library}} on {{build}}, {{flow}} {{condition}} {{browser}}': passed() },
      {
        description: 'Whether the last attempt of each cell passed; attempts that the machine spoiled are left out.',
      },
    ),
  )
  .withPanel(
    rows(
      'Not as expected now',
      { '': `wwebjs:canary_cell_as_expected{${chosen}} == 0` },
      { description: 'Cells whose last run did not do what compat-matrix/expectations.yaml says.' },
    ),
  )
  .withPanel(
    rows(
      'Changed since yesterday',
      { '': `${passed()} != ${passed(' offset 1d')}` },
      {
        description: '1: works now and did not. 0: worked and does not.',
      },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of the canaries by version',
      { '{{library}}': successRatioBy('library') },
      { unit: 'percentunit', description: 'Over one hour; attempts that the machine spoiled are left out.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of the canaries by version and build',
      { '{{library}} on {{build}}': successRatioBy('library, build') },
      { unit: 'percentunit', description: 'Over one hour; attempts that the machine spoiled are left out.' },
    ),
  )
  .withPanel(
    overTime(
      'Phase times of the canaries',
      { '{{phase}} p50': quantile(0.5), '{{phase}} p95': quantile(0.95), '{{phase}} p99': quantile(0.99) },
      { unit: 's', description: 'Over one hour, of all builds and flows.' },
    ),
  )
  .withPanel(
    rows(
      'What was loaded',
      { '': 'max by (role, declared, installed, loaded) (wwebjs_library_info)' },
      {
        width: 24,
        description: 'Which library was asked for, is on disk and is in memory, of canaries and of the service.',
      },
    ),
  );
