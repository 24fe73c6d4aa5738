import { Command, InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCode, exitOfVerdict } from '../../contracts/exit-code.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type Target, targets } from '../../contracts/outcome.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { samplePlan } from '../../gate/sample-plan.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { reportResult } from '../../report/report-result.ts';
import { usageOf } from '../../report/reporters.ts';
import { processTerminal, type Terminal } from '../../report/terminal.ts';
import { writeExamples } from '../../report/verdict/failure-examples.ts';
import { verdictReporters } from '../../report/verdict/verdict-reporters.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import { type ResumedRun, runToResume } from '../../runs/resumed-run.ts';
import { openStore } from '../../store/open-store.ts';
import {
  answerRequest,
  type CheckedRequest,
  checkRequest,
  type GateAnswer,
  type GateRequest,
  type JudgeSettings,
  policyToJudgeBy,
  resolveVersions,
} from '../../verdicts/gate.ts';
import { liveFlows } from '../../verdicts/live-judge.ts';
import { withFleet } from '../fleet/open-fleet.ts';
import { GatePicture } from '../gate/gate-picture.ts';
import { renderPlan } from '../gate/render-plan.ts';
import { runSelftest } from '../gate/run-selftest.ts';
import { liveAttempts, withPoolThere } from '../live/open-pool.ts';
import { parseBuildList } from '../options/build-option.ts';
import { addPoolOptions, type PoolOptions } from '../options/live-options.ts';
import { greatestSeed, list, wholeNumber } from '../options/option-values.ts';
import { policyOption } from '../options/policy-options.ts';
import { addQueueOptions, type QueueOptions } from '../options/queue-options.ts';
import { switchesOption, withSwitches } from '../options/switch-options.ts';
import { stopSignal } from '../process/signals.ts';

interface GateCommandOptions extends Omit<GateRequest, 'switches'>, PoolOptions, QueueOptions {
  account?: string[];
  switch?: string[];
  policy: string;
  target: Target;
  attempts?: string[];
  reporter: string;
  resume?: string;
}

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
    .option('--build <list>', 'only these WhatsApp Web builds; captured:FILE is the build of a capture', parseBuildList)
    .option('--browser <list>', 'only these browsers: 107, current, chrome, chromium, or paths', list)
    .option('--condition <list>', 'only these conditions; without it, those of the matrix', list)
    .addOption(switchesOption())
    .option('--config <file>', 'another matrix file, whose cells are judged')
    .addOption(
      new Option('--target <target>', 'where the page of the attempts came from').choices(targets).default('replica'),
    )
    .option('--attempts <list>', 'without --run: judge saved JSON reports instead of the store', list)
    .option('--reporter <list>', `any of ${usageOf(verdictReporters)}`, 'list')
    .option('--run', 'make the attempts that the decision still needs, and stop when it is decided')
    .option(
      '--slots <n>',
      'with --run: attempts at the same time (default: one per two cores; with --queue 64)',
      wholeNumber(1, 256),
    )
    .option('--seed <n>', 'with --run: of the attempts (default: a new one)', wholeNumber(0, greatestSeed))
    .enablePositionalOptions();
  gate.option('--account <list>', 'with --run --target live: the accounts whose devices both versions use', list);
  addPoolOptions(gate);
  addQueueOptions(gate, 'with --run: the workers of this queue make the attempts, redis://host:port (docs/fleet.md)')
    .option('--resume <run>', 'with --run --queue: go on with a run that was cut off; all other options as before')
    .addHelpText('after', help)
    .action(async ({ queue, evidence, ...options }: GateCommandOptions) => {
      // The environment names a fleet for all commands, and the gate does not always use one.
      const isForFleet = gate.getOptionValueSource('queue') !== 'env' || (options.run && options.target !== 'live');
      process.exitCode = await decide({ ...options, ...(isForFleet && { queue, evidence }) });
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
    .addHelpText('after', '\nExample:\n  wwebjs-canary gate selftest --policy strict.yaml')
    .action(({ policy }: { policy: string }) => {
      const kept = runSelftest(policyToJudgeBy(policy), (line) => processTerminal().result(`${line}\n`));
      process.exitCode = kept ? exitCode.asExpected : exitCode.unexpected;
    });
  return gate;
}

const help = `
Judges the attempts in the store, in the cells that compat-matrix/matrix.yaml, the policy and the options name. Others are listed and decide
nothing. The default policy judges linking, texts and files each way, groups and restoring; one attempt of linked-device does all. Missing, stale or
one-armed data never promotes. --run makes the attempts that are still needed, both versions in pairs. The
exporter serves verdicts on the whole plan as wwebjs_gate_verdict. A verdict narrowed by --build, --flow, --browser, --condition,
--switch, --config or --target live is marked as narrowed and not served; neither is a verdict by another policy than the exporter's own --policy.
--target live compares on the real site with accounts of your own, in pairs on the same devices and build. It claims plain breakage only: it blocks or is
inconclusive. docs/live.md has the risks and the limits.

Exit codes: 0 promote, 1 block, 2 inconclusive, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --build 2.3000.1029241508 --reporter list,markdown=verdict.md
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --build 2.3000.1029241508 --run
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --run --flow qr-to-ready
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --run --queue redis://queue:6379
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --run --queue redis://queue:6379 --resume 20261129-0114
  wwebjs-canary gate --baseline 1.33.2 --candidate 1.34.2 --attempts report.json --policy strict.yaml
  wwebjs-canary gate --baseline 1.34.6 --candidate 1.34.7 --run --target live --account anna`;

async function decide(options: GateCommandOptions): Promise<ExitCode> {
  const { account: accounts, database: _, profiles: __, resume, ...asked } = options;
  const makesLive = asked.run === true && asked.target === 'live';
  if (accounts && !makesLive)
    throw new InputError('--account is for --run --target live: nothing else uses an account');
  const checked = checkRequest(withSwitches(asked));
  const chosen = chooseReporters(options.reporter, verdictReporters);
  const terminal = processTerminal();
  const say = (line: string) => terminal.progress(`${line}\n`);
  if (options.queue !== undefined && !options.run) throw new InputError('--queue goes with --run');
  if (options.queue !== undefined && makesLive)
    throw new InputError('--queue: attempts on the live site are made here, where the accounts are');
  const resolved = async () => resolveVersions(checked, say);
  if (resume !== undefined && options.queue === undefined)
    throw new InputError(`--resume ${resume}: it goes with --run --queue`);
  if (resume !== undefined && options.seed !== undefined)
    throw new InputError('--resume has the seed of that run: leave out --seed');
  const resumed = resume === undefined ? undefined : await cutOff(resume);
  const answer = () =>
    withFleet(options, say, async (maker) => answerIn(terminal, await resolved(), { say, maker, resumed }));
  const answerLive = () =>
    withPoolThere(options, async (pool) => {
      const live = liveAttempts(pool, { accounts, keepsDevices: true, write: terminal.progress });
      await live.check(await Promise.all(liveFlows(checked.selection).map((flow) => loadFlow(flow, 'live'))));
      return answerIn(terminal, await resolved(), { say, live });
    });
  const { verdict, examples, interrupted } = await (makesLive ? answerLive() : answer());
  const page = chosen.find(({ name }) => name === 'html');
  const shown = page ? await writeExamples(verdict, examples, page.target) : verdict;
  await reportResult(shown, verdictReporters, chosen, terminal);
  return interrupted ? exitCode.trouble : exitOfVerdict[verdict.verdict];
}

async function cutOff(run: string): Promise<ResumedRun> {
  const store = await openStore();
  try {
    return await runToResume(store, run);
  } finally {
    await store.close();
  }
}

/** Ctrl-C ends attempts that are made, and what was found until then is judged. */
async function answerIn(terminal: Terminal, checked: CheckedRequest, settings: JudgeSettings): Promise<GateAnswer> {
  if (!checked.request.run) return answerRequest(checked, settings);
  const stop = stopSignal(terminal.progress);
  try {
    const observe = (source: { standing: Verdict }, expected: number) => new GatePicture(terminal, source, expected);
    return await answerRequest(checked, { ...settings, signal: stop.signal, observe });
  } finally {
    stop[Symbol.dispose]();
  }
}

function percentage(text: string): number {
  const value = Number(text);
  // 0.98 is far more likely meant as 98 % than as less than one in a hundred.
  if (text.trim() !== '' && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError('It is in percent, a number from 1 to 100, such as 98.');
}
