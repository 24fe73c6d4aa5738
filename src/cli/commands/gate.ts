import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseBuild } from '../../contracts/build-number.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { InputError, naming, rethrowNaming } from '../../contracts/input-error.ts';
import { type Target, targets } from '../../contracts/outcome.ts';
import type { Policy } from '../../contracts/policy.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRetention } from '../../contracts/retention.ts';
import { greatestRandomSeed } from '../../contracts/seeded-random.ts';
import { judgedFlows } from '../../contracts/stages.ts';
import { type Arm, arms, type Verdict, type VerdictWord } from '../../contracts/verdict.ts';
import { checkPolicy } from '../../gate/check-policy.ts';
import { type Evidence, isUntried } from '../../gate/evidence/evidence.ts';
import { judge } from '../../gate/judge.ts';
import { samplePlan } from '../../gate/sample-plan.ts';
import { labelOfLibrary, resolveLibrary } from '../../library/add-library.ts';
import { parseLibrarySpec } from '../../library/library-spec.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { reportResult } from '../../report/report-result.ts';
import { usageOf } from '../../report/reporters.ts';
import { processTerminal, type Terminal } from '../../report/terminal.ts';
import { type Example, exampleIds, withCauses, writeExamples } from '../../report/verdict/failure-examples.ts';
import { verdictReporters } from '../../report/verdict/verdict-reporters.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import { parseCondition } from '../../runner/parse-condition.ts';
import { prune } from '../../runs/prune.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import {
  checkVersions,
  collectFromReports,
  collectFromStore,
  narrowingOf,
  type Selection,
} from '../../verdicts/collect-attempts.ts';
import { plannedChoice, planPairs } from '../../verdicts/plan-pairs.ts';
import { GatePicture } from '../gate/gate-picture.ts';
import { renderPlan } from '../gate/render-plan.ts';
import { runSelftest } from '../gate/run-selftest.ts';
import { greatestSeed, list, wholeNumber } from '../options/option-values.ts';
import { policyOption } from '../options/policy-options.ts';
import { stopSignal } from '../process/signals.ts';

interface GateOptions {
  baseline?: string;
  candidate?: string;
  policy: string;
  build?: string[];
  flow?: string[];
  target: Target;
  attempts?: string[];
  reporter: string;
  run?: boolean;
  browser?: string[];
  condition?: string[];
  config?: string;
  slots?: number;
  seed?: number;
}

interface JudgedRun {
  verdict: Verdict;
  interrupted: boolean;
}

const exitOf: Record<VerdictWord, ExitCode> = {
  promote: exitCode.asExpected,
  block: exitCode.unexpected,
  inconclusive: exitCode.inconclusive,
};

/** `gate`: may the candidate replace the baseline? */
export function gateCommand(): Command {
  const gate = new Command()
    .option('--baseline <version>', 'the version that is in use, as run takes it')
    .option(
      '--candidate <version>',
      'the version that may replace it: exact, a tag (latest), a folder, a git reference',
    )
    .addOption(policyOption())
    .option('--flow <list>', 'only these flows', list)
    .option('--build <list>', 'only these WhatsApp Web builds', list)
    .option('--browser <list>', 'only these browsers: 107, current, chrome, chromium, or paths', list)
    .option('--condition <list>', 'only these conditions; without it, those of the matrix', list)
    .option('--config <file>', 'another matrix file, whose cells are judged')
    .addOption(
      new Option('--target <target>', 'where the page of the attempts came from; live without --run only')
        .choices(targets)
        .default('replica'),
    )
    .option('--attempts <list>', 'judge saved JSON reports instead of the store', list)
    .option('--reporter <list>', `any of ${usageOf(verdictReporters)}`, 'list')
    .option('--run', 'make the attempts that the decision still needs, and stop when it is decided')
    .option('--slots <n>', 'with --run: attempts at the same time (default: one per two cores)', wholeNumber(1, 256))
    .option('--seed <n>', 'with --run: of the attempts (default: a new one)', wholeNumber(0, greatestSeed))
    .enablePositionalOptions()
    .addHelpText('after', help)
    .action(async (options: GateOptions) => {
      process.exitCode = await decide(options);
    });
  gate
    .command('plan')
    .description('what a policy promotes and blocks, and how many attempts it takes to find a difference')
    .addOption(policyOption())
    .option('--baseline-rate <percent>', 'how often the baseline succeeds', percentage, 98)
    .addHelpText('after', '\nExample:\n  wwebjs-canary gate plan --policy strict.yaml --baseline-rate 95')
    .action(({ policy, baselineRate }: { policy: string; baselineRate: number }) => {
      const read = policyToJudgeBy(policy);
      const { result, width } = processTerminal();
      result(renderPlan(samplePlan(read, baselineRate / 100), read, baselineRate / 100, width));
    });
  gate
    .command('selftest')
    .description('simulate how often a policy is wrong; exit code 1 when a promise is broken')
    .addOption(policyOption())
    .action(({ policy }: { policy: string }) => {
      const kept = runSelftest(policyToJudgeBy(policy), (line) => processTerminal().result(`${line}\n`));
      process.exitCode = kept ? exitCode.asExpected : exitCode.unexpected;
    });
  return gate;
}

const help = `
Judges the attempts in the store, in the cells that compat-matrix/matrix.yaml, the policy and the options name. Others are listed and decide
nothing. The default policy judges linking, texts each way and restoring; one attempt of linked-device does all three. Missing, stale or
one-armed data never promotes. --run makes the attempts that are still needed, both versions in pairs. The
exporter serves verdicts on the whole plan as wwebjs_gate_verdict. A verdict narrowed by --build, --flow, --browser, --condition,
--config or --target live is marked as narrowed and not served; neither is a verdict by another policy than the exporter's own --policy.

Exit codes: 0 promote, 1 block, 2 inconclusive, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --build 2.3000.1029241508 --reporter list,markdown=verdict.md
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --build 2.3000.1029241508 --run
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --run --flow qr-to-ready
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --attempts report.json --policy strict.yaml`;

async function decide(options: GateOptions): Promise<ExitCode> {
  const policy = policyToJudgeBy(options.policy);
  checkTogether(options);
  const asked = selectionOf(options, policy);
  const chosen = chooseReporters(options.reporter, verdictReporters);
  const terminal = processTerminal();
  if (options.run) await checkCells(asked, policy, options.config);
  const versions = await exactVersions(asked, options.run === true, (line) => terminal.progress(`${line}\n`));
  const selection = selectionOf({ ...options, ...versions }, policy);
  const { verdict, examples, interrupted } = await verdictFor(options, selection, policy, terminal);
  const page = chosen.find(({ name }) => name === 'html');
  const shown = page ? await writeExamples(verdict, examples, page.target) : verdict;
  await reportResult(shown, verdictReporters, chosen, terminal);
  return interrupted ? exitCode.trouble : exitOf[verdict.verdict];
}

async function verdictFor(
  options: GateOptions,
  selection: Selection,
  policy: Policy,
  terminal: Terminal,
): Promise<JudgedRun & { examples: Example[] }> {
  if (options.attempts !== undefined) {
    const { evidence, find } = collectFromReports(options.attempts, selection, policy);
    await checkFlows(evidence, selection);
    const verdict = judge(evidence, policy);
    const examples = find(exampleIds(verdict));
    return { verdict: withCauses(verdict, examples), examples, interrupted: false };
  }
  const store = await openStore();
  try {
    if (options.run) readRetention();
    const read = async () => {
      const judged = await judgeWithStore(store, options, selection, policy, terminal);
      return { ...judged, examples: await store.attempts.find(exampleIds(judged.verdict)) };
    };
    const { verdict, interrupted, examples } = await (options.run ? read() : whileReading(store.file, read));
    const say = (line: string) => terminal.progress(`${line}\n`);
    await sayWhatIsRemoved(store, policy, say);
    const explained = withCauses(verdict, examples);
    await store.verdicts.add(explained, new Date().toISOString());
    if (options.run) await prune(store, readRetention(), say);
    return { verdict: explained, examples, interrupted };
  } finally {
    await store.close();
  }
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
  options: GateOptions,
  selection: Selection,
  policy: Policy,
  terminal: Terminal,
): Promise<JudgedRun> {
  if (!options.run) return { verdict: await judgeStored(store, selection, policy), interrupted: false };
  // The runner is loaded only where it is needed: a verdict on what is there shall not wait for it.
  const { runGate } = await import('../../verdicts/run-gate.ts');
  const { config, slots, seed = randomInt(1, greatestRandomSeed) } = options;
  const stop = stopSignal(terminal.progress);
  try {
    return await runGate(store, {
      ...{ selection, config, policy, slots, seed, signal: stop.signal },
      observe: (source, expected) => new GatePicture(terminal, source, expected),
      say: (line) => terminal.progress(`${line}\n`),
    });
  } finally {
    stop[Symbol.dispose]();
  }
}

async function judgeStored(store: Store, selection: Selection, policy: Policy): Promise<Verdict> {
  const collector = await collectFromStore(store, selection, policy, new Date().toISOString());
  const evidence = collector.evidence();
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
async function checkCells({ choice, target, ...versions }: Selection, policy: Policy, config?: string): Promise<void> {
  const { checkPlan } = await import('../../runner/supplies.ts');
  await checkPlan(planPairs(versions, plannedChoice(choice, policy), target, config).plan);
}

/**
 * The names that attempts are kept under: tags and git references as exact versions, and what is the user's own by version and content.
 *
 * @param adds true where attempts are going to be made, which takes the library and not only its name.
 * @throws InputError naming the option.
 */
async function exactVersions(
  { baseline, candidate }: Record<Arm, string>,
  adds: boolean,
  say: (line: string) => void,
): Promise<Record<Arm, string>> {
  const exact = adds ? resolveLibrary : labelOfLibrary;
  return {
    baseline: await exact(baseline, say).catch(rethrowNaming('--baseline')),
    candidate: await exact(candidate, say).catch(rethrowNaming('--candidate')),
  };
}

function checkTogether({ run, attempts, ...options }: GateOptions): void {
  if (run && attempts !== undefined)
    throw new InputError('--run makes attempts and --attempts judges saved ones: give one of them');
  if (run && options.target === 'live') {
    throw new InputError('--run makes attempts on the replica only: without it, --target live judges stored attempts');
  }
  const onlyWithRun = (['slots', 'seed'] as const).find((name) => options[name] !== undefined);
  if (!run && onlyWithRun) throw new InputError(`--${onlyWithRun} is for --run only: without it nothing is attempted`);
}

/** What is judged: the cells that matrix, policy and options name; of saved reports all cells that they have. */
function selectionOf(options: GateOptions, policy: Policy): Selection {
  const { baseline, candidate, target, config } = options;
  if (baseline === undefined || candidate === undefined) {
    const missing = baseline === undefined ? '--baseline' : '--candidate';
    throw new InputError(`gate needs ${missing} VERSION, such as: gate --baseline 1.33.2 --candidate 1.34.2`);
  }
  naming('--baseline', () => parseLibrarySpec(baseline));
  naming('--candidate', () => parseLibrarySpec(candidate));
  for (const text of options.build ?? []) parseBuild(text);
  const { build, browser } = options;
  const flow = options.flow?.flatMap(judgedFlows);
  const choice = { build, browser, flow, condition: options.condition?.map(parseCondition) };
  const narrowing = narrowingOf(choice, target, config);
  const selection = { baseline, candidate, choice, target, narrowing };
  const hasPlan = options.attempts === undefined || config !== undefined;
  // No plan names cells of the live site.
  if (!hasPlan || target === 'live') return selection;
  const { places } = planPairs({ baseline, candidate }, plannedChoice(choice, policy), target, config);
  return { ...selection, plan: places };
}

function policyToJudgeBy(file: string): Policy {
  const policy = readPolicy(file);
  checkPolicy(policy, file);
  return policy;
}

function percentage(text: string): number {
  const value = Number(text);
  // 0.98 is far more likely meant as 98 % than as less than one in a hundred.
  if (text.trim() !== '' && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError('It is in percent, a number from 1 to 100, such as 98.');
}
