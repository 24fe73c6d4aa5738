import type { Policy } from '../contracts/policy.ts';
import type { FlowVerdict, LiveClaim, Notice, VerdictRule, VerdictWord } from '../contracts/verdict.ts';
import { plural } from '../words/text.ts';
import { DecisionOdds } from './decision-odds.ts';
import { errorBudget } from './error-budget.ts';
import type { LiveEvidence } from './evidence/evidence.ts';

/** How often the baseline is taken to succeed where the odds are worked out. */
const baselineRate = 0.98;
const losses = [50, 20, 10];

/** The claim of a verdict on the live site: attempts of one device are too few, and too much alike, for any rate. */
export function liveClaim({ pairsPerDay, ...seen }: LiveEvidence, policy: Policy): LiveClaim {
  const { marginPoints } = policy.success;
  const odds = {
    ...{ pairsPerDay, baselineRate, ...oddsOf(policy, pairsPerDay), ofPairs: oddsOf(policy, seen.pairs) },
    promotingTakes: errorBudget(policy, 1, { hasSeveralCells: false, marginPoints }).promote.from,
  };
  return { ...seen, claims: 'plain-breakage', odds };
}

type OddsOfPairs = Pick<LiveClaim['odds'], 'falseBlock' | 'blocks'>;

/** By the number of pairs. They are asked for after every attempt and take some work. */
const worked = new WeakMap<Policy, Map<number, OddsOfPairs>>();

function oddsOf(policy: Policy, pairs: number): OddsOfPairs {
  const known = worked.get(policy) ?? new Map<number, OddsOfPairs>();
  worked.set(policy, known);
  const found = known.get(pairs) ?? workOut(policy, pairs);
  known.set(pairs, found);
  return found;
}

function workOut(policy: Policy, pairs: number): OddsOfPairs {
  const odds = new DecisionOdds(policy, { judgesRates: false });
  const blocks = (candidate: number) => rounded(odds.of(baselineRate, candidate, pairs).block);
  return {
    falseBlock: blocks(baselineRate),
    blocks: [baselineRate * 100, ...losses].map((lossPoints) => ({
      lossPoints,
      chance: blocks(Math.max(0, baselineRate - lossPoints / 100)),
    })),
  };
}

/** Three significant digits: the last bits of sums may differ between engines, and a verdict is the same bytes everywhere. */
function rounded(chance: number): number {
  return Number(chance.toPrecision(3));
}

/** Plain breakage and findings that block by themselves; a rate claims nothing on the live site. */
const breakage: ReadonlySet<VerdictRule> = new Set(['fast-path', 'hard-rules']);

/** Of a whole verdict, with its first sentence. */
export interface Decision {
  verdict: VerdictWord;
  rule: VerdictRule;
  why: string;
}

/** Leaves of a decision what the live site can claim. */
export function claimable(decision: Decision, { pairs, builds, earlier, refused, unpaired }: LiveEvidence): Decision {
  const { verdict, rule } = decision;
  if (verdict === 'block' && breakage.has(rule)) return decision;
  const isTried = Object.values(unpaired).some((count) => count > 0);
  const newest = builds.at(-1);
  const of = earlier?.length && newest !== undefined ? ` of build ${newest}` : '';
  const found = `${plural(pairs, 'pair')} on the live site${of} ${pairs === 1 ? 'shows' : 'show'} no plain breakage, and ${pairs === 1 ? 'claims' : 'claim'} nothing else`;
  if (refused)
    return {
      verdict: 'inconclusive',
      rule: 'live-site',
      why: `${found}. The limits allow no more: ${refused.message}.`,
    };
  if (verdict === 'inconclusive' && (pairs > 0 || !isTried)) return decision;
  return { verdict: 'inconclusive', rule: 'live-site', why: `${found}.` };
}

/** The same of each flow. */
export function claimableFlow(flow: FlowVerdict): FlowVerdict {
  if (flow.verdict === 'inconclusive' || (flow.verdict === 'block' && breakage.has(flow.rule))) return flow;
  const because = 'no plain breakage; the live site claims nothing else.';
  return { ...flow, verdict: 'inconclusive', rule: 'live-site', because };
}

/** What has to be known to read a verdict on the live site. */
export function liveNotices({ pairs, builds, earlier = [], unpaired, odds, replica }: LiveClaim): Notice[] {
  const notice = (kind: Notice['kind'], isWarning: boolean, sentence: string): Notice[] => [
    { kind, isWarning, sentence, places: [] },
  ];
  const [dead, ...partial] = odds.blocks.map(({ lossPoints, chance }) => ({ lossPoints, chance: percent(chance) }));
  const left = Object.values(unpaired).reduce((sum, count) => sum + count, 0);
  const newest = builds.at(-1);
  const capture = 'surface capture --out FILE, then gate --run --build captured:FILE';
  return [
    ...notice(
      'live-claim',
      false,
      `The live site claims plain breakage only. ${plural(odds.pairsPerDay, 'pair')}, a day of one device, block a candidate that never works in ${dead?.chance} of comparisons, one that loses ${partial.map(({ lossPoints, chance }) => `${lossPoints} points in ${chance}`).join(', ')}, and one that is as good as the baseline in ${percent(odds.falseBlock)} (baseline ${odds.baselineRate * 100} %). To promote takes ${plural(odds.promotingTakes, 'pair')} at least.`,
    ),
    ...(earlier.length === 0 && builds.length < 2
      ? []
      : notice('live-builds', true, buildsSentence({ pairs, builds, earlier, odds }))),
    ...(left === 0
      ? []
      : notice(
          'live-unpaired',
          false,
          `${plural(left, 'attempt')} on the live site ${left === 1 ? 'is' : 'are'} in no pair: the build changed for ${unpaired.buildChanged}, ${unpaired.spoiled} ${unpaired.spoiled === 1 ? 'was' : 'were'} spoiled or refused, ${unpaired.alone} had no partner in time.`,
        )),
    ...(newest === undefined || pairs === 0
      ? []
      : notice(
          'live-replica',
          replica?.verdict === 'block',
          replica === null
            ? `The same comparison on a replica of ${newest} is not made yet: ${capture}.`
            : `On a replica of ${newest}, judged apart from the live site: ${replica.verdict}. ${replica.because}`,
        )),
  ];
}

/** Of which builds the pairs are, where they are of several. */
function buildsSentence({
  pairs,
  builds,
  earlier = [],
  odds,
}: Pick<LiveClaim, 'pairs' | 'builds' | 'earlier' | 'odds'>): string {
  if (builds.length > 1)
    return `The ${plural(pairs, 'pair')} that count are of ${plural(builds.length, 'build')}, ${builds.join(', ')}: the candidate has not passed on the newest, and all of them together show plain breakage.`;
  const shares = earlier.map(
    (each) =>
      `${each.build} (${plural(each.pairs, 'pair')}, of which the candidate failed ${each.candidateFailures} and the baseline ${each.baselineFailures})`,
  );
  const [dead] = odds.ofPairs?.blocks ?? [];
  return `Only the ${plural(pairs, 'pair')} of the newest build, ${builds[0]}, count: as many block a candidate that never works in ${percent(dead?.chance ?? 0)} of comparisons. Earlier builds count for nothing: ${shares.join(', ')}.`;
}

function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'less than 0.1 %';
  return value > 99.9 ? 'more than 99.9 %' : `${Math.round(value * 10) / 10} %`;
}
