import { newDashboard } from './dashboard.ts';
import { now, overTime, rows, stateGrid } from './panels.ts';

const bound = (name: string) => `max by (baseline, candidate, flow) (wwebjs_gate_loss_points{bound="${name}"})`;

/** Is the candidate as good as the baseline, and how far is it rolled out? */
export const rollout = newDashboard(
  'rollout',
  'Rollout',
  'Is the candidate as good as the baseline, and how far is it rolled out?',
  ['library'],
)
  .withPanel(
    now(
      'Share of accounts on the candidate',
      { '{{candidate}} ({{state}})': 'max by (candidate, state) (wwebjs_rollout_percent)' },
      { unit: 'percent', width: 8, description: 'Of the newest rollout.' },
    ),
  )
  .withPanel(
    rows(
      'Newest decision on the rollout',
      {
        '': 'max by (baseline, candidate, decision, reason) (wwebjs_rollout_decision_timestamp_seconds) * 1000',
      },
      {
        width: 24,
        unit: 'dateTimeFromNow',
        description: 'The last decision of the service or of a person, its reason, and its age.',
      },
    ),
  )
  .withPanel(
    rows(
      'Verdict',
      { '': 'max by (baseline, candidate, verdict) (wwebjs_gate_verdict) == 1' },
      { width: 16, description: 'The newest verdict of the gate on each pair of versions.' },
    ),
  )
  .withPanel(
    overTime(
      'Loss of the candidate, with its interval',
      {
        '{{candidate}} {{flow}}': bound('estimate'),
        '{{candidate}} {{flow}} at least': bound('lower'),
        '{{candidate}} {{flow}} at most': bound('upper'),
      },
      { description: 'Failure rate of the candidate minus failure rate of the baseline, in points: above 0 is worse.' },
    ),
  )
  .withPanel(
    overTime(
      'Success rate of links',
      {
        '{{library}}': 'wwebjs:link_success_ratio:rate1h{library=~"$library"}',
        'expected of {{candidate}}, {{bound}}': 'max by (candidate, bound) (wwebjs_rollout_expected_ratio)',
      },
      {
        unit: 'percentunit',
        description:
          'Over one hour, with the band of compat-matrix/rollout-plan.yaml for the current stage. The judge of the rollout counts from the start of the step, and counts a link that was lost after it was ready as failed.',
      },
    ),
  )
  .withPanel(
    stateGrid(
      'Verdicts over time',
      {
        '{{baseline}} to {{candidate}}: {{verdict}}': 'max by (baseline, candidate, verdict) (wwebjs_gate_verdict)',
      },
      { description: 'Green: this was the newest verdict.' },
    ),
  );
