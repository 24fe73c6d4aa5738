import { judgedAttempt } from '../contracts/judged-attempt.ts';
import type { Policy } from '../contracts/policy.ts';
import type { RunReport } from '../contracts/run.ts';
import { type Arm, arms, type LiveClaim, type Verdict } from '../contracts/verdict.ts';
import { type Evidence, hasSucceeded } from '../gate/evidence/evidence.ts';
import { EvidenceCollector } from '../gate/evidence-collector.ts';
import { judge } from '../gate/judge.ts';
import { readLivePolicy } from '../live/live-policy.ts';
import type { Example } from '../report/verdict/failure-examples.ts';
import { linkingFlows, refuseLinks } from '../runner/live-site.ts';
import type { Store } from '../store/open-store.ts';
import { cellOf } from '../words/cell-summary.ts';
import { checkVersions, collectFromReports, collectFromStore, type Selection } from './collect-attempts.ts';
import { type LiveAttempt, type LivePair, type Paired, pairLiveAttempts } from './live-pairs.ts';
import { type PairPlan, planPairs } from './plan-pairs.ts';

/** What is judged on the live site, and by what. */
interface LiveQuestion {
  selection: Selection;
  policy: Policy;
  /** The time that the age of attempts is measured from, ISO 8601. */
  askedAt: string;
}

/** Attempts on the live site, judged in pairs. */
export class LiveJudge {
  readonly #question: LiveQuestion;
  readonly #attempts: LiveAttempt[];
  /** The verdict that stands beside it. */
  #replica: LiveClaim['replica'] = null;
  #refused: LiveClaim['refused'] = null;

  /** @param attempts of any versions, flows and browsers. */
  constructor(question: LiveQuestion, attempts: readonly LiveAttempt[] = []) {
    this.#question = question;
    this.#attempts = attempts.filter(({ cell }) => isAsked(cell, question.selection));
  }

  add(attempt: LiveAttempt): void {
    this.#attempts.push(attempt);
  }

  /** The limits of live accounts allow no more attempts. */
  refuse(refused: NonNullable<LiveClaim['refused']>): void {
    this.#refused = refused;
  }

  get verdict(): Verdict {
    return judge(this.evidence(), this.#question.policy);
  }

  /**
   * Pairs are the only evidence: what has no partner is counted, and in no rate. The pairs of the newest build are judged alone, since passes
   * on earlier builds say nothing of it. Those of all builds count only where they block and the candidate has not passed on the newest.
   */
  evidence(): Evidence {
    const { byBuild } = this.#paired(this.#collector().period.since);
    const builds = [...byBuild.keys()];
    const ofNewest = this.#evidenceOf(builds.slice(-1));
    const hasPassed = ofNewest.flows.some(({ cells }) => cells.some((cell) => hasSucceeded(cell.candidate)));
    if (builds.length < 2 || hasPassed || this.#blocks(ofNewest)) return ofNewest;
    const ofAll = this.#evidenceOf(builds);
    return this.#blocks(ofAll) ? ofAll : ofNewest;
  }

  #blocks(evidence: Evidence): boolean {
    return judge(evidence, this.#question.policy).verdict === 'block';
  }

  /** @param counting the builds whose pairs count. */
  #evidenceOf(counting: readonly (string | null)[]): Evidence {
    const { baseline, candidate } = this.#question.selection;
    const collector = this.#collector();
    const { byBuild, unpaired } = this.#paired(collector.period.since);
    const pairs = counting.flatMap((build) => byBuild.get(build) ?? []);
    for (const pair of pairs)
      for (const [at, { cell, attempt }] of pair.entries()) {
        const own: Arm = cell.library === baseline ? 'baseline' : 'candidate';
        collector.add(judgedAttempt(cell, attempt), baseline === candidate ? arms[at] : own);
      }
    const limits = { pairsPerDay: pairsPerDay(), refused: this.#refused };
    const builds = counting.filter((build) => build !== null);
    const earlier = [...byBuild].flatMap(([build, own]) =>
      build === null || counting.includes(build) ? [] : [earlierPairs(build, own, baseline)],
    );
    const live = { pairs: pairs.length, builds, earlier, unpaired, replica: this.#replica, ...limits };
    return { ...collector.evidence(), live };
  }

  #collector(): EvidenceCollector {
    const { selection, policy, askedAt } = this.#question;
    const { baseline, candidate, narrowing } = selection;
    return new EvidenceCollector({ baseline, candidate, narrowing, target: 'live', askedAt }, policy);
  }

  /** Judges the same versions on a replica of the newest build of the pairs, apart from them. */
  async lookBeside(collect: (selection: Selection) => Promise<Evidence>): Promise<void> {
    const { selection, policy } = this.#question;
    const build = [...this.#paired('').byBuild.keys()].at(-1) ?? null;
    if (build === null) return;
    const choice = { ...selection.choice, build: [build], flow: undefined };
    const evidence = await collect({ ...selection, choice, target: 'replica', plan: undefined });
    const { verdict, because, flows } = judge(evidence, policy);
    const made = (arm: Arm) => flows.reduce((sum, flow) => sum + flow[arm].attempts, 0);
    const attempts = { baselineAttempts: made('baseline'), candidateAttempts: made('candidate') };
    const isMade = attempts.baselineAttempts + attempts.candidateAttempts > 0;
    this.#replica = isMade ? { build, verdict, because: because[0], ...attempts } : null;
  }

  /** The attempts with these ids. */
  find(ids: readonly string[]): Example[] {
    const isAskedFor = new Set(ids);
    return this.#attempts.filter(({ attempt }) => isAskedFor.has(attempt.id)).map((each) => ({ ...each, runId: null }));
  }

  #paired(since: string): Paired {
    const { baseline, candidate } = this.#question.selection;
    const fresh = this.#attempts.filter(({ attempt }) => attempt.startedAt >= since);
    return pairLiveAttempts(fresh, baseline === candidate);
  }
}

function earlierPairs(build: string, pairs: readonly LivePair[], baseline: string) {
  const failed = pairs.flat().filter(({ attempt }) => attempt.outcome === 'failed');
  const baselineFailures = failed.filter(({ cell }) => cell.library === baseline).length;
  return { build, pairs: pairs.length, baselineFailures, candidateFailures: failed.length - baselineFailures };
}

/** The attempts on the live site that are in the store. */
export async function judgeOfStore(store: Store, selection: Selection, policy: Policy): Promise<LiveJudge> {
  const askedAt = new Date().toISOString();
  const attempts: LiveAttempt[] = [];
  for (const library of new Set([selection.baseline, selection.candidate]))
    for await (const { cell, attempt } of store.attempts.read({ library, target: 'live' }))
      attempts.push({ cell, attempt });
  const judged = new LiveJudge({ selection, policy, askedAt }, attempts);
  await judged.lookBeside(async (beside) => (await collectFromStore(store, beside, policy, askedAt)).evidence());
  return judged;
}

/** The same of saved reports; the age of attempts is measured from the end of the last run. */
export async function judgeOfReports(
  reports: readonly RunReport[],
  where: string,
  selection: Selection,
  policy: Policy,
): Promise<LiveJudge> {
  const ends = reports.map(({ run }) => run.finishedAt ?? run.startedAt).sort();
  const cells = reports.flatMap((report) => report.cells);
  checkVersions(selection, [...new Set(cells.map(({ library }) => library))].sort(), where);
  const live = cells.filter(({ target }) => target === 'live');
  // An attempt that is in several of them counts once.
  const seen = new Map<string, LiveAttempt>();
  for (const report of live)
    for (const attempt of report.attempts) seen.set(attempt.id, { cell: cellOf(report), attempt });
  const judged = new LiveJudge({ selection, policy, askedAt: ends.at(-1) as string }, [...seen.values()]);
  await judged.lookBeside(async (beside) => collectFromReports(reports, where, beside, policy).evidence);
  return judged;
}

/** Both versions in each flow. @throws InputError as `liveFlows`. */
export function planLivePairs(selection: Selection): PairPlan {
  const { choice, baseline, candidate } = selection;
  return planPairs({ baseline, candidate }, { ...choice, flow: liveFlows(selection) }, 'live');
}

/** @throws InputError for a flow that links. */
export function liveFlows({ choice }: Pick<Selection, 'choice'>): readonly string[] {
  const flow = choice.flow ?? ['restore-to-ready'];
  refuseLinks(flow);
  return flow;
}

/** How many pairs the limits of live accounts allow one device in a day. */
export function pairsPerDay(): number {
  return Math.floor(readLivePolicy().restores.perDay / 2);
}

function isAsked({ library, flow, browser }: LiveAttempt['cell'], { baseline, candidate, choice }: Selection): boolean {
  const isOneOf = (values: readonly string[] | undefined, value: string) => values?.includes(value) ?? true;
  const isArm = library === baseline || library === candidate;
  return isArm && isOneOf(choice.flow, flow) && isOneOf(choice.browser, browser) && !linkingFlows.has(flow);
}
