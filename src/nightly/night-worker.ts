import { defaultSlots } from '../browser/default-slots.ts';
import { exitCode, exitOfVerdict, worstExit } from '../contracts/exit-code.ts';
import type { GateStep, Night, NightStep, RunStep, StepResult } from '../contracts/nightly.ts';
import { readPolicy } from '../contracts/read-policy.ts';
import type { RunObserver } from '../contracts/run.ts';
import { buildOfText } from '../replica/builds/captured-build.ts';
import { hasFactsOf } from '../replica/builds/run-facts.ts';
import { reportResult } from '../report/report-result.ts';
import { verdictReporters } from '../report/verdict/verdict-reporters.ts';
import { executeRun, type Fleet, fleetSlots, type RunSettings } from '../runs/execute-run.ts';
import type { ResumedRun } from '../runs/resumed-run.ts';
import { answerRequest, checkRequest, resolveVersions } from '../verdicts/gate.ts';
import { cellName } from '../words/cell-names.ts';
import { cellWords, countCells, summarizeReport } from '../words/cell-summary.ts';
import { plural } from '../words/text.ts';
import type { Budget } from './budget.ts';
import { checkSources } from './check-sources.ts';
import { madeAttempts, nightCells, runStepsOf } from './night-attempts.ts';
import { type NightSettings, nightFolder } from './night-settings.ts';
import { type LeftWork, leftOf, openCells, workSteps } from './plan-night.ts';
import { notifyOfNight, reportNight } from './report-night.ts';
import { wantedWork } from './wanted-work.ts';

/** How the attempts of one run are made. */
type AttemptSettings = Pick<RunSettings, 'slots' | 'live' | 'fleet'> & { seed?: number | undefined };

/** Does the steps of one night. What a step changes in the night is in the store before the step goes on. */
export class NightWorker {
  readonly #night: Night;
  readonly #before: Night | null;
  readonly #budget: Budget;
  readonly #settings: NightSettings;

  /** @param before the night whose work goes first; null for none. */
  constructor(night: Night, before: Night | null, budget: Budget, settings: NightSettings) {
    this.#night = night;
    this.#before = before;
    this.#budget = budget;
    this.#settings = settings;
  }

  async perform(step: NightStep): Promise<StepResult> {
    switch (step.step) {
      case 'capture':
        return this.#capture(step);
      case 'plan':
        return this.#plan();
      case 'check':
        this.#captured();
        return checkSources(step.libraries, step.builds, this.#say);
      case 'run':
        return this.#run(step);
      case 'gate':
        return this.#gate(step);
      case 'report':
        return reportNight(this.#night, this.#settings);
      case 'notification':
        return notifyOfNight(this.#night, step, this.#settings);
    }
  }

  readonly #say = (line: string) => this.#settings.terminal.progress(`${line}\n`);

  #keep(): Promise<void> {
    this.#night.spentMs = this.#budget.spentMs;
    return this.#settings.store.nights.keep(this.#night);
  }

  async #capture(step: NightStep & { step: 'capture' }): Promise<StepResult> {
    if (!this.#settings.nightly.capture) return done('nightly.yaml does not ask for it');
    const { file, result } = await this.#settings.capture();
    step.file = file;
    return result;
  }

  /** Tonight's build, which this process then knows from its capture; null without one. */
  #captured(): string | null {
    const file = this.#night.steps.find((step) => step.step === 'capture')?.file ?? null;
    return file === null ? null : buildOfText(`captured:${file}`);
  }

  async #plan(): Promise<StepResult> {
    const { steps } = this.#night;
    const { nightly } = this.#settings;
    const left = await this.#left();
    const work = await wantedWork(nightly, this.#captured(), left.candidates.keys(), this.#say);
    const { libraries, builds, sentence } = work;
    const check: NightStep[] = nightly.check ? [{ step: 'check', libraries, builds, result: null }] : [];
    const report = steps.findIndex((step) => step.step === 'report');
    steps.splice(report, 0, ...check, ...workSteps(work, left));
    const waiting = left.cells.size + left.candidates.size;
    return done(waiting === 0 ? sentence : `${sentence}; what the last night left goes first`);
  }

  async #left(): Promise<LeftWork> {
    const { store } = this.#settings;
    return leftOf(this.#before, this.#before ? await madeAttempts(store, runStepsOf(this.#before)) : new Map());
  }

  async #run(step: RunStep): Promise<StepResult> {
    const { store, slots, withLive, withFleet } = this.#settings;
    this.#captured();
    const open = openCells(step, await madeAttempts(store, [step]));
    const troubles: unknown[] = [];
    if (open.length > 0 && !this.#budget.over.aborted) {
      const flows = [...new Set(open.map(({ cell }) => cell.flow))];
      const isLive = open[0]?.cell.target === 'live';
      await withFleet(async (maker) => {
        if (maker) await this.#attemptOnFleet(step, open, maker, troubles);
        else if (isLive) await withLive(flows, (live) => this.#attempt(step, open, { slots: 1, live }, troubles));
        else await this.#attempt(step, open, { slots: slots ?? defaultSlots() }, troubles);
      });
    }
    return this.#resultOfRun(step, troubles);
  }

  /** A run that was cut off goes on: workers may have made attempts of it since then. */
  async #attemptOnFleet(
    step: RunStep,
    open: RunStep['cells'],
    maker: Fleet['maker'],
    troubles: unknown[],
  ): Promise<void> {
    const { slots = fleetSlots, nightly } = this.#settings;
    const repeats = readPolicy(nightly.gate?.policy).infra.requeues;
    const goesOn = await this.#cutOffOnFleet(step.runs);
    await this.#attempt(
      step,
      goesOn?.plan ?? open,
      { slots, fleet: { maker, repeats, resumed: goesOn?.run }, seed: goesOn?.run.seed },
      troubles,
    );
  }

  async #cutOffOnFleet(runs: readonly string[]): Promise<ResumedRun | null> {
    const { store } = this.#settings;
    for (const id of runs.toReversed()) {
      const run = (await store.runs.get(id))?.run;
      if (run?.finishedAt !== null) continue;
      if (hasFactsOf(id)) return { run, plan: await store.plannedCells.ofRun(id) };
    }
    return null;
  }

  async #attempt(
    step: RunStep,
    plan: RunStep['cells'],
    { seed = this.#night.seed + step.runs.length, ...how }: AttemptSettings,
    troubles: unknown[],
  ): Promise<void> {
    const { terminal, signal } = this.#settings;
    await executeRun(plan, {
      ...{ ...how, seed, signal, part: null, until: this.#budget.over },
      chosen: [{ name: 'list', target: '' }],
      // The report of the night shows the result.
      terminal: { ...terminal, result: () => {} },
      observe: () => ({
        runStarted: async ({ id }) => {
          if (!step.runs.includes(id)) step.runs.push(id);
          await this.#keep();
        },
        ...this.#spending,
      }),
      complain: (trouble) => void troubles.push(trouble),
    });
  }

  /** A night that is killed has spent what its attempts took. */
  get #spending(): RunObserver {
    return { attemptEnded: () => this.#settings.store.nights.keepSpent(this.#night.id, this.#budget.spentMs) };
  }

  async #resultOfRun(step: RunStep, troubles: readonly unknown[]): Promise<StepResult> {
    const cells = await Array.fromAsync(nightCells(this.#settings.store, [step]), summarizeReport);
    const { passed, failed, infra, surprises } = countCells(cells);
    const left = openCells(step, await madeAttempts(this.#settings.store, [step])).length;
    const made = cells.length - cells.filter(({ outcome }) => outcome === null).length;
    const counts = [
      ...(surprises > 0 ? [`${surprises} not as expected`] : infra === 0 ? ['as expected'] : []),
      ...(infra > 0 ? [`${infra} spoiled by the machine or the harness`] : []),
      ...(left > 0 ? [`${left} left for the next night`] : []),
    ];
    return {
      exit: worstExit([
        ...(surprises > 0 ? [exitCode.unexpected] : []),
        ...(infra > 0 || troubles.length > 0 ? [exitCode.trouble] : []),
        ...(left > 0 ? [exitCode.inconclusive] : []),
      ]),
      sentence: `${made} of ${plural(cells.length, 'cell')}, ${passed} passed, ${failed} failed: ${counts.join(', ')}`,
      details: [
        ...cells.filter(({ surprise }) => surprise).map((cell) => `${cellName(cell.cell)}: ${cellWords(cell)}`),
        ...troubles.map((trouble) => (trouble instanceof Error ? trouble.message : String(trouble))),
      ],
    };
  }

  async #gate(step: GateStep): Promise<StepResult> {
    if (this.#budget.over.aborted) return this.#cut(step, 'not begun');
    const { nightly, slots, signal, terminal, withFleet } = this.#settings;
    const { policy, flow, build } = nightly.gate ?? {};
    const { baseline, candidate } = step;
    const config = nightly.run?.matrix;
    const asked = { baseline, candidate, policy, flow, build, config, slots, seed: this.#night.seed, run: true };
    const checked = await resolveVersions(checkRequest(asked), this.#say);
    const { verdict } = await withFleet(async (maker) => {
      const goesOn = maker && step.run !== undefined ? await this.#cutOffOnFleet([step.run]) : null;
      return answerRequest(checked, {
        ...{ signal, maker, resumed: goesOn ?? undefined, until: this.#budget.over, say: this.#say },
        observe: () => ({
          runStarted: async ({ id }) => {
            step.run = id;
            await this.#keep();
          },
          ...this.#spending,
        }),
      });
    });
    const file = (ending: string) => `${nightFolder(this.#night)}/gate-${candidate}.${ending}`;
    const chosen = [
      { name: 'json', target: file('json') },
      { name: 'markdown', target: file('md') },
    ];
    await reportResult(verdict, verdictReporters, chosen, terminal);
    const words = `${verdict.verdict}: ${verdict.because.join(' ')}`;
    if (this.#budget.over.aborted && verdict.verdict === 'inconclusive') return this.#cut(step, words);
    step.isCut = false;
    return { exit: exitOfVerdict[verdict.verdict], sentence: words, details: [] };
  }

  #cut(step: GateStep, sofar: string): StepResult {
    step.isCut = true;
    return {
      exit: exitCode.inconclusive,
      sentence: `${sofar}; left for the next night`,
      details: [],
    };
  }
}

function done(sentence: string): StepResult {
  return { exit: exitCode.asExpected, sentence, details: [] };
}
