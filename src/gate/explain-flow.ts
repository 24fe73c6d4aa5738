import { boundsWords } from '../contracts/bounds-words.ts';
import type { Policy } from '../contracts/policy.ts';
import {
  type Arm,
  type ArmTally,
  arms,
  type FlowVerdict,
  inRates,
  isSetAside,
  type OpenFinding,
} from '../contracts/verdict.ts';
import { plural } from '../words/text.ts';
import type { CellEvidence, FlowEvidence } from './evidence/evidence.ts';
import { describePlace, listPlaces } from './evidence/place.ts';
import { unconfirmedCells } from './rules/dead-cells.ts';
import { findingsHold } from './rules/hard-rules.ts';
import { infraShare, spoiledArms } from './rules/infra-share.ts';

type UnexplainedFlow = Omit<FlowVerdict, 'because'>;

/** One sentence with numbers: why the flow got its verdict. */
export function explainFlow(flow: UnexplainedFlow, { cells }: FlowEvidence, policy: Policy): string {
  switch (flow.rule) {
    case 'hard-rules':
      return explainFindings(flow, cells);
    case 'dead-cells':
      return isSetAside(flow) ? explainSetAside(flow) : explainUnconfirmed(flow, cells, policy);
    case 'infra-share':
      return explainInfra(flow, policy);
    case 'fast-path':
      return explainBreakage(flow);
    case 'cells':
      return explainCells(flow);
    case 'time-to-ready':
      return explainTime(flow);
    case 'in-between':
      return explainInBetween(flow);
    case 'missing-data':
      return explainMissing(flow.missing);
    default:
      return explainSuccess(flow);
  }
}

/** Which cells show it best, since the rates of the whole flow may hide it. */
function explainBreakage(flow: UnexplainedFlow): string {
  const broken = flow.cells.filter(({ baseline, candidate }) => {
    const [works, fails] = [baseline.attempts - baseline.failures, candidate.failures];
    return works * 2 > baseline.attempts && fails * 4 > candidate.attempts;
  });
  const where = broken.length === 0 || flow.cells.length === 1 ? '' : ` on ${listPlaces(broken)}`;
  const counts = broken.length === 1 ? rates(broken[0] as UnexplainedFlow['cells'][number]) : rates(flow);
  return `${counts}${where}: the candidate is broken. Two equal versions differ like that less than once in ${formatCount(flow.breakage.blocksFrom)} comparisons.`;
}

function explainFindings({ verdict }: UnexplainedFlow, cells: readonly CellEvidence[]): string {
  const found = cells.flatMap((cell) =>
    Object.entries(cell.candidate.findings)
      .filter(([rule]) => findingsHold(cell, rule) || cell.baseline.attempts === 0)
      .map(([rule, attempts]) => ({ cell, rule, attempts })),
  );
  const [first, ...others] = found;
  if (!first) return '';
  const { place, baseline, candidate } = first.cell;
  const more = others.length > 0 ? `, and ${plural(others.length, 'more such finding')}` : '';
  const what = `${first.attempts} of ${candidate.attempts} attempts of the candidate break the hard rule ${first.rule} on ${describePlace(place)}`;
  if (baseline.attempts === 0) return `${what}, where the baseline was never tried${more}.`;
  const than = `${what}, and 0 of ${baseline.attempts} of the baseline${more}`;
  return verdict === 'block'
    ? `${than}: that is not by chance.`
    : `${than}: it is not promoted until more attempts tell whether that is chance.`;
}

function explainSetAside(flow: UnexplainedFlow): string {
  return `${rates(flow)} in ${plural(flow.cells.length, 'cell')}: the baseline passes it nowhere, so it decides nothing.`;
}

function explainUnconfirmed({ loss }: UnexplainedFlow, cells: readonly CellEvidence[], { deadCells }: Policy): string {
  const unsure = unconfirmedCells(cells, deadCells);
  const would =
    loss === null
      ? 'The flow would decide nothing'
      : `The candidate would be ${loss.lower > 0 ? 'blocked' : 'promoted'}`;
  return `${would}, but on ${listPlaces(unsure)} the baseline failed fewer than ${deadCells.beforePromoting} times: it may work there at times.`;
}

function explainInfra(flow: UnexplainedFlow, { infra }: Policy): string {
  const spoiled = spoiledArms(flow, infra.maxShare).map(
    (arm) =>
      `${flow[arm].infra} of ${flow[arm].attempts + flow[arm].infra} attempts of the ${arm} (${percent(infraShare(flow[arm]))})`,
  );
  return `The machine or the harness spoiled ${spoiled.join(' and ')}, more than the ${percent(infra.maxShare)} up to which rates are believed.`;
}

function explainInBetween({ restsOn: [first, ...others] }: UnexplainedFlow): string {
  if (!first) return '';
  const { arm, name, offered, place, confidence, sources } = first;
  const would = (arm === 'candidate') === offered ? 'promoted' : 'blocked';
  const build = describePlace(place);
  const need = offered
    ? `on ${build} the ${arm} needs ${name}, which that build may have lost`
    : `what the ${arm} lacks on ${build}, ${name}, that build may have`;
  const names = new Set(others.map((other) => other.name).filter((other) => other !== name));
  const more = names.size > 0 ? `, and so with ${plural(names.size, 'more name')}` : '';
  return `The candidate would be ${would}, but ${need}: the change came ${boundsWords(first)} (${confidence}: ${sources.join(', ')})${more}. The code of ${place.build}, or of a build ${whichSettles(first)}, would settle it.`;
}

/** Older builds show that it came early, newer ones that it came late. */
function whichSettles({ after, since, place, offered }: OpenFinding): string {
  const older = after === null ? `before it` : `from ${after} to it`;
  const [has, lacks] = offered ? ['without the name', 'with it'] : ['with the name', 'without it'];
  return `${older} ${has}, or from it to ${since} ${lacks}`.replaceAll(place.build, 'it');
}

/** The first two gaps in full: of two builds that each arm was tried on alone, both are to be named. */
export function explainMissing([first = '', second, ...others]: readonly string[]): string {
  if (second === undefined) return first;
  const more = others.length > 0 ? `, and ${plural(others.length, 'more such gap')}` : '';
  return `${first.slice(0, -1)}; ${second.charAt(0).toLowerCase()}${second.slice(1, -1)}${more}.`;
}

function explainCells({ verdict, cells }: UnexplainedFlow): string {
  const outside = cells.filter(({ marginPoints = Infinity, loss }) => (loss?.upper ?? Infinity) >= marginPoints);
  if (verdict !== 'block' && outside.length > 0) {
    const its = outside.map((cell) => `${describePlace(cell.place)} (${rates(cell)}, margin ${cell.marginPoints})`);
    return `The candidate would be promoted, but it is not surely inside the margin that the policy sets for ${its.join(', ')}.`;
  }
  const found = cells.filter((cell) => (verdict === 'block' ? cell.worse : cell.suspect));
  const named = found.slice(0, 3).map((cell) => `${describePlace(cell.place)} (${rates(cell)})`);
  const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
  const place = `${named.join(', ')}${more}`;
  return verdict === 'block'
    ? `The candidate is worse on ${place}, beyond what chance does among ${plural(cells.length, 'cell')}.`
    : `The candidate would be promoted, but it looks worse on ${place}: more attempts there will tell.`;
}

function explainTime({ time, verdict }: UnexplainedFlow): string {
  if (!time) return '';
  const { medianMs, ratio } = time;
  const times = arms.map((arm) => `${formatTime(medianMs[arm])} with the ${arm}`).join(', ');
  const sure = verdict === 'block' ? 'and surely' : 'but not surely';
  const bound = verdict === 'block' ? formatRatio(ratio.lower) : ratio.allowed;
  return `Ready takes ${times}: ${formatRatio(ratio.estimate)} times as long, ${sure} more than ${bound} (allowed ${ratio.allowed}).`;
}

function explainSuccess(flow: UnexplainedFlow): string {
  const { loss, marginPoints, look, pairs } = flow;
  if (!loss) return 'There is no attempt of either version that counts.';
  const measured = `${rates(inRates(flow))}${flow.closed > 0 ? ` in ${plural(flow.cells.length - flow.closed, 'cell')}` : ''}, ${loss.estimate < 0 ? `a gain of ${-loss.estimate}` : `a loss of ${loss.estimate}`} points`;
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
