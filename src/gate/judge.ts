import type { Policy } from '../contracts/policy.ts';
import { policyHash } from '../contracts/policy-hash.ts';
import {
  arms,
  type FlowVerdict,
  type HardFinding,
  isSetAside,
  type Notice,
  type Verdict,
} from '../contracts/verdict.ts';
import { plural } from '../words/text.ts';
import { type CellEvidence, comparisonOf, type Evidence, isUntried } from './evidence/evidence.ts';
import { describePlace } from './evidence/place.ts';
import { explainMissing } from './explain-flow.ts';
import { judgeFlow } from './judge-flow.ts';
import { claimable, claimableFlow, type Decision, liveClaim, liveNotices } from './live-site.ts';
import { noticesOn } from './notices.ts';
import { effectOf } from './rules/hard-rules.ts';
import { untriedChoices } from './rules/missing-data.ts';

/**
 * The verdict: a finding about truth blocks, else a flow that is blocked blocks, else every flow has to be promoted. A pure function:
 * the same evidence and policy give the same bytes.
 */
export function judge(evidence: Evidence, policy: Policy): Verdict {
  const comparison = comparisonOf(evidence);
  const judged = evidence.flows.map((flow) => judgeFlow(flow, policy, comparison));
  const flows = evidence.live ? judged.map(claimableFlow) : judged;
  const hardFindings = evidence.hardFindings.map((found): HardFinding => {
    const { cellKey: _, ...finding } = found;
    return { ...finding, effect: effectOf(found, evidence, policy.hardRules) };
  });
  const live = evidence.live && liveClaim(evidence.live, policy);
  const notices = [...(live ? liveNotices(live) : []), ...noticesOn(evidence, flows, hardFindings)];
  const decision = decide(evidence, judged, hardFindings, notices, policy);
  const { verdict, rule, why } = evidence.live ? claimable(decision, evidence.live) : decision;
  return {
    schemaVersion: 1,
    verdict,
    rule,
    because: [why, basis(flows, policy)],
    baseline: evidence.baseline,
    candidate: evidence.candidate,
    asOf: evidence.newestAttempt ?? evidence.askedAt,
    askedAt: evidence.askedAt,
    newestBuild: evidence.newestBuild ?? null,
    dataEnds: evidence.dataEnds ?? null,
    ...(evidence.narrowing && { narrowing: evidence.narrowing }),
    policy: { name: policy.name, sha256: policyHash(policy) },
    ...(live && { live }),
    hardFindings,
    flows,
    notices,
  };
}

function isUnknown(cell: CellEvidence): boolean {
  return arms.every((arm) => isUntried(cell[arm]));
}

function decide(
  evidence: Evidence,
  flows: readonly FlowVerdict[],
  hardFindings: readonly HardFinding[],
  notices: readonly Notice[],
  policy: Policy,
): Decision {
  const blocking = hardFindings.filter(({ effect }) => effect === 'blocks');
  if (blocking.length > 0) return { verdict: 'block', rule: 'hard-rules', why: explainHard(blocking) };
  if (evidence.flows.every(({ cells }) => cells.every(isUnknown))) {
    return { verdict: 'inconclusive', rule: 'missing-data', why: explainNothing(evidence) };
  }
  const blocked = flows.find((flow) => flow.verdict === 'block');
  if (blocked) return { verdict: 'block', rule: blocked.rule, why: explain(blocked) };
  const untried = untriedChoices(evidence);
  if (untried.length > 0) return { verdict: 'inconclusive', rule: 'missing-data', why: explainMissing(untried) };
  const undecided = flows.find((flow) => flow.verdict === 'inconclusive');
  if (undecided) return { verdict: 'inconclusive', rule: undecided.rule, why: explain(undecided) };
  const dead = notices.find(({ kind }) => kind === 'newest-build-dead');
  if (dead && policy.deadCells.newestBuild === 'refuse') {
    return {
      verdict: 'inconclusive',
      rule: 'dead-cells',
      why: `${dead.sentence.slice(0, -1)}, which the policy refuses.`,
    };
  }
  // Report the flow that came closest to its margin.
  const closest = flows
    .filter((flow) => !isSetAside(flow))
    .reduce((a, b) => ((b.loss?.upper ?? 0) > (a.loss?.upper ?? 0) ? b : a));
  return { verdict: 'promote', rule: closest.rule, why: explain(closest) };
}

function explain({ flow, because }: FlowVerdict): string {
  return `${flow}: ${because}`;
}

function explainNothing({ narrowing, target }: Evidence): string {
  const asked = Object.entries({ ...narrowing, ...(target && { target: [target] }) }).map(
    ([axis, values]) => `${axis} ${values.join(' or ')}`,
  );
  return `There is no attempt of either version${asked.length > 0 ? ` with ${asked.join(' and ')}` : ''}.`;
}

function explainHard(hard: readonly HardFinding[]): string {
  const first = hard[0] as HardFinding;
  const more = hard.length > 1 ? `, and ${plural(hard.length - 1, 'more such finding')}` : '';
  const what = first.code === null ? '' : ` with ${first.code}`;
  return `${plural(first.attempts, 'attempt')} of the candidate ${first.attempts === 1 ? 'breaks' : 'break'} the hard rule ${first.rule}${what}: ${first.place.flow} on ${describePlace(first.place)}${more}.`;
}

/** What the verdict rests on: one sentence. */
function basis(flows: readonly FlowVerdict[], policy: Policy): string {
  const counted = { baseline: 0, candidate: 0, infra: 0, stale: 0, cells: 0, closed: 0 };
  for (const { baseline, candidate, cells, closed } of flows) {
    counted.baseline += baseline.attempts;
    counted.candidate += candidate.attempts;
    counted.infra += baseline.infra + candidate.infra;
    counted.stale += baseline.stale + candidate.stale;
    counted.cells += cells.filter((cell) => !isUntried(cell.baseline) || !isUntried(cell.candidate)).length;
    counted.closed += closed;
  }
  if (counted.cells === 0) return 'It rests on 0 attempts.';
  const setAside = flows.filter(isSetAside).length;
  const promoted = flows.filter((flow) => flow.verdict === 'promote').length - setAside;
  const aside = setAside === 0 ? '' : ` and ${setAside} decide${setAside === 1 ? 's' : ''} nothing`;
  const flowWords =
    flows.length === 1 ? '1 flow' : `${flows.length} flows, of which ${promoted} would be promoted${aside}`;
  const left = [
    counted.infra > 0 ? `${counted.infra} spoiled by the machine or the harness` : '',
    counted.stale > 0 ? `${counted.stale} not of the last ${policy.maxAgeHours} h` : '',
  ].filter(Boolean);
  const without = left.length > 0 ? `, without ${left.join(' and ')}` : '';
  const closed = counted.closed > 0 ? ` (the baseline works in ${counted.cells - counted.closed} of them)` : '';
  return `It rests on ${plural(counted.baseline, 'attempt')} of the baseline and ${counted.candidate} of the candidate in ${plural(counted.cells, 'cell')} of ${flowWords}${closed}${without}.`;
}
