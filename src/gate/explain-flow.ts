import type { Policy } from '../contracts/policy.ts';
import { type Arm, type ArmTally, arms, type FlowVerdict } from '../contracts/verdict.ts';
import { describePlace } from './describe-place.ts';
import { plural } from './plural.ts';
import { infraShare, spoiledArms } from './rules/infra-share.ts';

type Judged = Omit<FlowVerdict, 'because'>;

/** One sentence with numbers: why the flow got its verdict. */
export function explainFlow(flow: Judged, policy: Policy): string {
  switch (flow.rule) {
    case 'infra-share':
      return explainInfra(flow, policy);
    case 'fast-path':
      return `${rates(flow)}: plain breakage is ${formatCount(flow.breakage.ratio)} times likelier than two equal versions (blocks from ${formatCount(flow.breakage.blocksFrom)}).`;
    case 'cells':
      return explainCells(flow);
    case 'time-to-ready':
      return explainTime(flow);
    case 'missing-data':
      return explainMissing(flow.missing);
    default:
      return explainSuccess(flow);
  }
}

function explainInfra(flow: Judged, { infra }: Policy): string {
  const spoiled = spoiledArms(flow, infra.maxShare).map(
    (arm) =>
      `${flow[arm].infra} of ${flow[arm].attempts + flow[arm].infra} attempts of the ${arm} (${percent(infraShare(flow[arm]))})`,
  );
  return `The machine or the harness spoiled ${spoiled.join(' and ')}, more than the ${percent(infra.maxShare)} up to which rates are believed.`;
}

/** The first two gaps in full: of two builds that each arm was tried on alone, both are to be named. */
export function explainMissing([first = '', second, ...others]: readonly string[]): string {
  if (second === undefined) return first;
  const more = others.length > 0 ? `, and ${plural(others.length, 'more such gap')}` : '';
  return `${first.slice(0, -1)}; ${second.charAt(0).toLowerCase()}${second.slice(1, -1)}${more}.`;
}

function explainCells({ verdict, cells }: Judged): string {
  const found = cells.filter((cell) => (verdict === 'block' ? cell.worse : cell.suspect));
  const named = found.slice(0, 3).map((cell) => `${describePlace(cell.place)} (${rates(cell)})`);
  const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
  const place = `${named.join(', ')}${more}`;
  return verdict === 'block'
    ? `The candidate is worse on ${place}, beyond what chance does among ${plural(cells.length, 'cell')}.`
    : `The candidate would be promoted, but it looks worse on ${place}: more attempts there will tell.`;
}

function explainTime({ time, verdict }: Judged): string {
  if (!time) return '';
  const { medianMs, ratio } = time;
  const times = arms.map((arm) => `${formatTime(medianMs[arm])} with the ${arm}`).join(', ');
  const sure = verdict === 'block' ? 'and surely' : 'but not surely';
  const bound = verdict === 'block' ? formatRatio(ratio.lower) : ratio.allowed;
  return `Ready takes ${times}: ${formatRatio(ratio.estimate)} times as long, ${sure} more than ${bound} (allowed ${ratio.allowed}).`;
}

function explainSuccess(flow: Judged): string {
  const { loss, marginPoints, look, pairs } = flow;
  if (!loss) return 'There is no attempt of either version that counts.';
  const measured = `${rates(flow)}, ${loss.estimate < 0 ? `a gain of ${-loss.estimate}` : `a loss of ${loss.estimate}`} points`;
  if (flow.verdict === 'promote')
    return `${measured}; the loss is surely below ${loss.upper} and so inside the margin of ${marginPoints}.`;
  if (flow.verdict === 'block') return `${measured}, surely above ${loss.lower} and so not by chance.`;
  const range = `${measured}; the loss may be anything from ${loss.lower} to ${loss.upper} (margin ${marginPoints})`;
  return look.next === null
    ? `${range} after ${pairs} attempts per arm, the cap.`
    : `${range} after ${pairs} attempts per arm; the next look is at ${look.next}.`;
}

/** `baseline 49 of 50, candidate 30 of 50`, in successes. */
export function rates(tallies: Record<Arm, ArmTally>): string {
  return arms
    .map((arm) => `${arm} ${tallies[arm].attempts - tallies[arm].failures} of ${tallies[arm].attempts}`)
    .join(', ');
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function formatCount(value: number): string {
  return value >= 1e6 ? 'over a million' : value >= 10 ? String(Math.round(value)) : value.toPrecision(2);
}

function formatTime(ms: number | null): string {
  return ms === null ? 'longer than was waited' : `${(ms / 1000).toFixed(2)} s`;
}

function formatRatio(ratio: number | null): string {
  return ratio === null ? 'endlessly many' : ratio.toFixed(2);
}
