import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Attempt } from '../contracts/attempt.ts';
import { parseBuild } from '../contracts/build-number.ts';
import { matrixFile } from '../contracts/home.ts';
import { InputError, naming, rethrowNaming } from '../contracts/input-error.ts';
import type { Target } from '../contracts/outcome.ts';
import { type Policy, policySchema } from '../contracts/policy.ts';
import { readPolicy } from '../contracts/read-policy.ts';
import { readRetention } from '../contracts/retention.ts';
import { type PlannedCell, type RunObserver, type RunReport, reportSchema } from '../contracts/run.ts';
import { greatestRandomSeed } from '../contracts/seeded-random.ts';
import { judgedFlows } from '../contracts/stages.ts';
import { readSwitches, switchesText } from '../contracts/switches.ts';
import { type Arm, arms, type Verdict } from '../contracts/verdict.ts';
import { parseYamlFile } from '../contracts/yaml-file.ts';
import { checkPolicy } from '../gate/check-policy.ts';
import { type Evidence, isUntried } from '../gate/evidence/evidence.ts';
import { judge } from '../gate/judge.ts';
import { labelOfLibrary, resolveLibrary } from '../library/add-library.ts';
import { parseLibrarySpec } from '../library/library-spec.ts';
import { type Example, exampleIds, withCauses } from '../report/verdict/failure-examples.ts';
import { type Choice, checkLive } from '../runner/check-choice.ts';
import { loadFlow } from '../runner/load-flow.ts';
import { parseCondition } from '../runner/parse-condition.ts';
import type { LiveAttempter } from '../runner/run-plan.ts';
import { prune } from '../runs/prune.ts';
import type { AttemptHooks } from '../runs/run-cells.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { whileReading } from '../store/reading.ts';
import {
  checkVersions,
  collectFromReports,
  collectFromStore,
  narrowingOf,
  type Selection,
} from './collect-attempts.ts';
import { buildsInReports, buildsInStore, withBuilds } from './judged-builds.ts';
import { judgeOfReports, judgeOfStore, planLivePairs } from './live-judge.ts';
import { plannedChoice, planPairs } from './plan-pairs.ts';
import type { GateRun } from './run-gate.ts';

/** What is judged and by what. The names are those of the options of `wwebjs-canary gate`, and each list narrows what is judged. */
export interface GateRequest extends Omit<Choice, 'library'> {
  /** The version that is in use: exact, a tag, a tarball, a folder or a git reference. */
  baseline: string;
  /** The version that may replace it. */
  candidate: string;
  /** A policy, or its file; `compat-matrix/policy.yaml` when left out. */
  policy?: string | Policy | undefined;
  /** Where the page of the attempts came from; `replica` when left out. */
  target?: Target | undefined;
  /** A matrix file in place of `compat-matrix/matrix.yaml`. */
  config?: string | undefined;
  /** Reports whose attempts are judged in place of those of the store: the `report` of a run, or files of `--reporter json=FILE`. */
  attempts?: readonly (string | RunReport)[] | undefined;
  /** Makes the attempts that the decision still needs. */
  run?: boolean | undefined;
  /** With `run`: attempts at the same time; one per two cores when left out. */
  slots?: number | undefined;
  /** With `run`: of the attempts; a random one when left out. */
  seed?: number | undefined;
}

/** A request of a program. The hooks are for attempts that it makes. */
export interface GateOptions extends GateRequest, AttemptHooks {}

/** A request whose options have been checked. */
export interface CheckedRequest {
  request: GateRequest;
  policy: Policy;
  selection: Selection;
}

export interface GateAnswer {
  verdict: Verdict;
  /** Attempts that show what failed. */
  examples: Example[];
  interrupted: boolean;
}

export interface JudgeSettings {
  /** As `runGate` takes it. */
  maker?: GateRun['maker'];
  /** As `runGate` takes it; with `run`. */
  resumed?: GateRun['resumed'];
  /** Ends the attempts that are made early; what was found until then is judged. */
  signal?: AbortSignal | undefined;
  /** With `run` and the target `live`: makes the attempts with accounts of a pool. */
  live?: LiveAttempter | undefined;
  /** As `runGate` takes it. */
  until?: AbortSignal | undefined;
  /** As `runGate` takes it. */
  observe?: ((source: { standing: Verdict }, expected: number) => RunObserver) | undefined;
  say(line: string): void;
}

/** `gate()` of the package; see src/index.ts. */
export async function judgeVersions(options: GateOptions): Promise<Verdict> {
  const { onAttempt, signal, say = () => {} } = options;
  const checked = await resolveVersions(checkRequest(options), say);
  const observe = () => ({ attemptEnded: ({ cell }: PlannedCell, attempt: Attempt) => onAttempt?.(cell, attempt) });
  const { verdict } = await answerRequest(checked, { signal, observe, say });
  return verdict;
}

/** @throws InputError naming the option, or file, line and key, before anything is started. */
export function checkRequest(request: GateRequest): CheckedRequest {
  const policy = policyToJudgeBy(request.policy);
  checkTogether(request);
  return { request, policy, selection: selectionOf(request, policy) };
}

/**
 * Names the versions as attempts are kept: tags and git references as exact versions, and what is the user's own by version and content.
 *
 * @throws InputError naming the option; TroubleError without network or disk.
 */
export async function resolveVersions(
  { request, policy, selection }: CheckedRequest,
  say: (line: string) => void,
): Promise<CheckedRequest> {
  // Where attempts are going to be made, the library is needed and not only its name.
  if (request.run) await checkCells(selection, policy, request.config);
  const exact = request.run ? resolveLibrary : labelOfLibrary;
  const versions = {
    baseline: await exact(selection.baseline, say).catch(rethrowNaming('--baseline')),
    candidate: await exact(selection.candidate, say).catch(rethrowNaming('--candidate')),
  };
  const exactly = { ...request, ...versions };
  return { request: exactly, policy, selection: selectionOf(exactly, policy) };
}

/**
 * Judges the attempts of the request: those of its reports, or those in the store together with those that are made first. A verdict on
 * the store is kept there.
 *
 * @throws InputError when a version has no attempt, or a report is none; what `runGate` throws.
 */
export async function answerRequest(checked: CheckedRequest, settings: JudgeSettings): Promise<GateAnswer> {
  const { request, policy, selection } = checked;
  if (request.run && request.target === 'live' && !settings.live)
    throw new InputError('on the live site `wwebjs-canary gate --run` makes attempts, with accounts of your own');
  if (request.attempts !== undefined) return judgeReports(request.attempts, selection, policy);
  const { say } = settings;
  const store = await openStore();
  try {
    if (request.run) readRetention();
    const read = async () => {
      const judged = await judgeWithStore(store, checked, settings);
      const verdict = await withBuilds(judged.verdict, selection.target, buildsInStore(store, judged.verdict));
      return { ...judged, verdict, examples: await store.attempts.find(exampleIds(verdict)) };
    };
    const { verdict, interrupted, examples } = await (request.run ? read() : whileReading(store.file, read));
    await sayWhatIsRemoved(store, policy, say);
    const explained = withCauses(verdict, examples);
    await store.verdicts.add(explained, new Date().toISOString());
    if (request.run) await prune(store, readRetention(), say);
    return { verdict: explained, examples, interrupted };
  } finally {
    await store.close();
  }
}

/** A policy, or what is in its file. @throws InputError with file, line and key of what is wrong. */
export function policyToJudgeBy(given: string | Policy = matrixFile('policy.yaml')): Policy {
  const [name, policy] =
    typeof given === 'string' ? [given, readPolicy(given)] : ['policy', parsed(given, policySchema, 'policy')];
  checkPolicy(policy, name);
  return policy;
}

async function judgeReports(
  attempts: NonNullable<GateRequest['attempts']>,
  selection: Selection,
  policy: Policy,
): Promise<GateAnswer> {
  const reports = attempts.map((one) =>
    typeof one === 'string' ? parseYamlFile(one, reportSchema) : parsed(one, reportSchema, 'attempts'),
  );
  const known = buildsInReports(reports.flatMap(({ cells }) => cells));
  const where = attempts.map((one) => (typeof one === 'string' ? one : `run ${one.run.id}`)).join(', ');
  if (selection.target === 'live') {
    const judged = await judgeOfReports(reports, where, selection, policy);
    const verdict = await withBuilds(judged.verdict, selection.target, known);
    const examples = judged.find(exampleIds(verdict));
    return { verdict: withCauses(verdict, examples), examples, interrupted: false };
  }
  const { evidence, find } = collectFromReports(reports, where, selection, policy);
  await checkFlows(evidence, selection);
  const verdict = await withBuilds(judge(evidence, policy), selection.target, known);
  const examples = find(exampleIds(verdict));
  return { verdict: withCauses(verdict, examples), examples, interrupted: false };
}

/** What a program gave in memory, checked as a file would be. */
function parsed<T>(value: unknown, schema: z.ZodType<T>, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InputError(`${name}: ${z.prettifyError(result.error)}`);
}

/** Missing evidence never promotes, but a person has to know why it is missing. */
async function sayWhatIsRemoved(store: Store, { maxAgeHours }: Policy, say: (line: string) => void): Promise<void> {
  const until = await store.retained.removedUntil();
  if (until === null || Date.parse(until) < Date.now() - maxAgeHours * 3_600_000) return;
  const day = until.slice(0, 10);
  say(`attempts up to ${day} were removed by the retention policy, and this policy counts the last ${maxAgeHours} h`);
}

async function judgeWithStore(
  store: Store,
  { request, policy, selection }: CheckedRequest,
  settings: JudgeSettings,
): Promise<Omit<GateAnswer, 'examples'>> {
  if (!request.run) return { verdict: await judgeStored(store, selection, policy), interrupted: false };
  const { live, resumed } = settings;
  const { config, slots, seed = resumed?.run.seed ?? randomInt(1, greatestRandomSeed) } = request;
  if (live)
    return (await import('./run-live-gate.ts')).runLiveGate(store, { ...settings, selection, policy, seed }, live);
  // The runner is loaded only where it is needed: a verdict on what is there does not wait for it.
  const { runGate } = await import('./run-gate.ts');
  return runGate(store, { ...settings, selection, config, policy, slots, seed });
}

async function judgeStored(store: Store, selection: Selection, policy: Policy): Promise<Verdict> {
  const evidence =
    selection.target === 'live'
      ? (await judgeOfStore(store, selection, policy)).evidence()
      : (await collectFromStore(store, selection, policy, new Date().toISOString())).evidence();
  await checkFlows(evidence, selection);
  // A version that the store knows nothing of is a mistake in the command; all else that is not there is missing data.
  if (arms.some((arm) => isArmMissing(evidence, arm))) {
    checkVersions(
      selection,
      await store.attempts.libraries(),
      'the store',
      '; --run makes the attempts that are needed',
    );
  }
  return judge(evidence, policy);
}

/** A flow without any attempt may be a typo. @throws InputError that names the flow that was meant. */
async function checkFlows(evidence: Evidence, { choice }: Selection): Promise<void> {
  if (!arms.every((arm) => isArmMissing(evidence, arm))) return;
  for (const flow of choice.flow ?? []) await loadFlow(flow);
}

function isArmMissing({ flows }: Evidence, arm: Arm): boolean {
  return flows.every(({ cells }) => cells.every((cell) => isUntried(cell[arm])));
}

/** What `--run` would find out only after npm or git was called. @throws InputError naming the option. */
async function checkCells(selection: Selection, policy: Policy, config?: string): Promise<void> {
  const { choice, target, ...versions } = selection;
  const { checkPlan } = await import('../runner/supplies.ts');
  if (target === 'live') return checkPlan(planLivePairs(selection).plan);
  await checkPlan(planPairs(versions, plannedChoice(choice, policy), target, config).plan);
}

function checkTogether({ run, attempts, ...options }: GateRequest): void {
  if (run && attempts !== undefined)
    throw new InputError('--run makes attempts and --attempts judges saved ones: give one of them');
  if (run && options.target === 'live' && (options.slots ?? 1) !== 1)
    throw new InputError('--slots: on the live site one attempt is made at a time');
  const onlyWithRun = (['slots', 'seed'] as const).find((name) => options[name] !== undefined);
  if (!run && onlyWithRun) throw new InputError(`--${onlyWithRun} is for --run only: without it nothing is attempted`);
}

/** What is judged: the cells that matrix, policy and options name; of saved reports all cells that they have. */
function selectionOf(request: GateRequest, policy: Policy): Selection {
  const { baseline, candidate, target = 'replica', config } = request;
  if (baseline === undefined || candidate === undefined) {
    const missing = baseline === undefined ? '--baseline' : '--candidate';
    throw new InputError(`gate needs ${missing} VERSION, such as: gate --baseline 1.33.2 --candidate 1.34.2`);
  }
  naming('--baseline', () => parseLibrarySpec(baseline));
  naming('--candidate', () => parseLibrarySpec(candidate));
  for (const text of request.build ?? []) parseBuild(text);
  const { build, browser } = request;
  if (target === 'live') checkLive(request);
  if (target === 'live' && config !== undefined)
    throw new InputError('--config: no matrix names cells of the live site');
  const flow = request.flow?.flatMap(judgedFlows);
  const switches = request.switches?.map((text) => switchesText(readSwitches(text)));
  const choice = { build, browser, flow, condition: request.condition?.map(parseCondition), switches };
  const narrowing = narrowingOf(choice, target, config);
  const selection = { baseline, candidate, choice, target, narrowing };
  const hasPlan = request.attempts === undefined || config !== undefined;
  // No plan names cells of the live site.
  if (!hasPlan || target === 'live') return selection;
  const { places } = planPairs({ baseline, candidate }, plannedChoice(choice, policy), target, config);
  return { ...selection, plan: places };
}
