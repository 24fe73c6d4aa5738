import { randomBytes, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { exitCode } from '../contracts/exit-code.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { Night, NightStep, StepResult } from '../contracts/nightly.ts';
import { readRetention } from '../contracts/retention.ts';
import { greatestRandomSeed } from '../contracts/seeded-random.ts';
import type { Store } from '../store/open-store.ts';
import { Budget } from './budget.ts';
import { goesOnMs, type NightSettings, nightFolder } from './night-settings.ts';
import { type LeftWords, stepName } from './night-words.ts';
import { NightWorker } from './night-worker.ts';
import { firstSteps } from './plan-night.ts';
import { writeNight } from './report-night.ts';

export interface EndedNight {
  night: Night;
  left: LeftWords;
  /** False when it was ended early: it goes on with the next call. */
  ended: boolean;
}

/**
 * Does all steps of a night, or those that are left of one that was cut off. A step that fails does not stop the others. What a step
 * did is in the store before the next one begins.
 */
export async function runNight(settings: NightSettings): Promise<EndedNight> {
  const { store, nightly, terminal, signal } = settings;
  const say = (line: string) => terminal.progress(`${line}\n`);
  const last = await store.nights.last();
  const isCutOff = last !== null && last.endedAt === null && Date.now() - Date.parse(last.startedAt) < goesOnMs;
  const night = isCutOff ? last : newNight(nightly.budget, settings.seed);
  await store.nights.keep(night);
  makeFolder(nightFolder(night));
  say(`night ${night.id} ${isCutOff ? 'goes on' : 'begins'}`);
  const budget = new Budget(night.budgetMs, night.spentMs);
  try {
    const worker = new NightWorker(night, await plannedBefore(store, night), budget, settings);
    for (let step = nextStep(night); step; step = nextStep(night)) {
      const result = await worker.perform(step).catch(resultOfError);
      night.spentMs = budget.spentMs;
      if (signal.aborted) break;
      step.result = result;
      if (!nextStep(night)) night.endedAt = new Date().toISOString();
      await store.nights.keep(night);
      await writeNight(night, store);
      say(`${stepName(step)}: ${result.sentence}`);
    }
  } finally {
    budget[Symbol.dispose]();
  }
  if (night.endedAt !== null) await removeOldNights(store);
  return { night, left: await writeNight(night, store), ended: night.endedAt !== null };
}

/** The newest night before this one that had a plan: one that was cut off earlier, or could make none, left nothing of its own. */
async function plannedBefore({ nights }: Store, { id }: Night): Promise<Night | null> {
  let before = await nights.last(id);
  while (before && before.steps.find(({ step }) => step === 'plan')?.result?.exit !== exitCode.asExpected)
    before = await nights.last(before.id);
  return before;
}

/** Nights are kept as long as HTML reports; the newest always is. */
async function removeOldNights(store: Store): Promise<void> {
  const { age } = readRetention().reports;
  if (age === undefined) return;
  for (const id of await store.nights.before(idTime(new Date(Date.now() - age)))) {
    rmSync(nightFolder({ id }), { recursive: true, force: true });
    await store.nights.remove(id);
  }
}

function nextStep({ steps }: Night): NightStep | undefined {
  return steps.find(({ result }) => result === null);
}

function newNight(budgetMs: number, seed = randomInt(1, greatestRandomSeed)): Night {
  const now = new Date();
  const id = `${idTime(now)}-${randomBytes(3).toString('hex')}`;
  return {
    schemaVersion: 1,
    id,
    startedAt: now.toISOString(),
    endedAt: null,
    budgetMs,
    spentMs: 0,
    seed,
    steps: firstSteps(),
  };
}

/** The beginning of the id of a night; ids sort by time. */
function idTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function resultOfError(error: unknown): StepResult {
  if (error instanceof InputError) return { exit: exitCode.badInput, sentence: error.message, details: [] };
  if (error instanceof TroubleError) return { exit: exitCode.trouble, sentence: error.message, details: [] };
  const { message, stack = '' } = error as Error;
  const sentence = `a bug of wwebjs-canary, please report it: ${message}`;
  return { exit: exitCode.trouble, sentence, details: [stack] };
}
