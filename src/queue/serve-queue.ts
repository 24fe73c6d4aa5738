import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import type { EvidenceCarrier } from '../blobs/evidence-store.ts';
import type { Code } from '../codes/codes.ts';
import type { Attempt } from '../contracts/attempt.ts';
import { TroubleError } from '../contracts/input-error.ts';
import { within } from '../contracts/within.ts';
import type { PackedCaptures } from '../replica/builds/run-facts.ts';
import { Finding } from '../runner/finding.ts';
import { type FleetLink, farewellMs, type Hint, keys } from './fleet-link.ts';
import { interruptedReason, type JobData, type JobResult, jobDataSchema, lostReason, WaitsForLease } from './job.ts';
import { type QueueNeed, queueSchema, type Serves, whyNotServed } from './needs.ts';

export interface WorkerOptions {
  evidence: EvidenceCarrier;
  /** As records of lost attempts name it. */
  name: string;
  /** Of wwebjs-canary. */
  version: string;
  /** The facts about builds that it has, without captures. */
  facts: string;
  /** Attempts at the same time. */
  slots: number;
  serves: Serves;
  /** An attempt whose lock is not renewed for so long is lost. */
  lostAfterMs: number;
  /** Ends when there was nothing to do for so long; never when left out. */
  idleMs?: number | undefined;
  /** Where attempts write their files, each into a folder with its id. */
  runFolder(runId: string): string;
  /**
   * Called once for each browser, before the first attempt with it is taken.
   *
   * @throws Error when this machine cannot have it: the worker goes on with the other browsers that it serves.
   */
  haveBrowser(name: string): Promise<void>;
  /** Called every hour: removes files of runs that need not be kept, but of none that is under way. */
  tidy(underWay: ReadonlySet<string>): void;
  /**
   * Makes one attempt.
   *
   * @throws WaitsForLease; any other error is of this worker and becomes the record.
   */
  attempt(data: JobData, signal: AbortSignal): Promise<Attempt>;
  /**
   * Makes the captures of a run the only ones: at first none, later while no attempt is under way.
   *
   * @throws the reason why this worker cannot have them.
   */
  useCaptures(captures: PackedCaptures | null): void;
  /** Takes nothing more, and ends when what is under way has ended. */
  signal: AbortSignal;
  say(line: string): void;
}

const rest = { firstMs: 5_000, longestMs: 5 * 60_000 };
/** Codes of attempts that this machine could not make, whatever was attempted. */
const ofMachine: ReadonlySet<string> = new Set<Code>([
  'library-install-failed',
  'harness-error',
  'browser-launch-failed',
]);
const pollMs = { least: 250, most: 750 };
const enrolMs = 2_000;
const runStateMs = 1_000;
/** An attempt of a run without a coordinator is looked at again after this time. */
const orphanMs = 15_000;
/** A run without a coordinator is not expected back after this time. */
const orphanDeadMs = 24 * 3_600_000;
const cleanMs = 3_600_000;
/** The coordinator gives a server that lost the captures of its run them again within seconds. */
const capturesMs = 10_000;

interface HeldAttempt {
  job: Job<JobData>;
  taker: Worker;
  token: string;
  data: JobData;
  stop: AbortController;
}

/**
 * Takes attempts out of the queues of a fleet and makes them, until the signal is aborted.
 *
 * @throws the error of the last browser when the machine can have none that it serves.
 */
export async function serveQueue(link: FleetLink, options: WorkerOptions): Promise<void> {
  await new QueueWorker(link, options).serve();
}

class QueueWorker {
  readonly #link: FleetLink;
  readonly #options: WorkerOptions;
  readonly #id = randomUUID();
  readonly #running = new Set<HeldAttempt>();
  readonly #ended = new Set<Promise<void>>();
  readonly #said = new Set<string>();
  readonly #browsers = new Map<string, 'coming' | 'there'>();
  #serves: Serves;
  /** Why it serves nothing. */
  #trouble: Error | null = null;
  #taken = 0;
  /** Attempts in sequence that this machine could not make. */
  #spoiled = 0;
  #restsUntil = 0;
  #explainsAt = 0;
  /** The captures that attempts of this worker rest on; undefined where that is not certain. */
  #captures: string | null | undefined = null;
  #isChanging = false;
  #freed = () => {};

  constructor(link: FleetLink, options: WorkerOptions) {
    this.#link = link;
    this.#options = options;
    this.#serves = options.serves;
  }

  async serve(): Promise<void> {
    const { lostAfterMs, useCaptures } = this.#options;
    useCaptures(null);
    await this.#enrol();
    void this.#clean().catch(() => {});
    const timers = [
      every(cleanMs, () => this.#clean()),
      every(enrolMs, () => this.#enrol()),
      every(lostAfterMs / 4, () => this.#renew()),
      every(runStateMs, () => this.#obeyRuns()),
    ];
    try {
      await this.#takeUntilStopped();
      await Promise.all(this.#ended);
    } finally {
      for (const timer of timers) timer.abort();
      await within(farewellMs, () => this.#link.leave(this.#id)).catch(() => {});
    }
  }

  async #takeUntilStopped(): Promise<void> {
    const { slots, signal, idleMs = Infinity, say } = this.#options;
    // A promise of the whole time would keep what each round waits for.
    signal.addEventListener('abort', () => this.#freed(), { once: true });
    for (let busyAt = performance.now(); !signal.aborted; ) {
      const freed = new Promise<void>((resolve) => {
        this.#freed = resolve;
      });
      const isRested = performance.now() >= this.#restsUntil;
      const isFree = this.#running.size < slots && !this.#isChanging;
      const isTaken = isRested && isFree && (await this.#tryToTake());
      if (this.#trouble) throw this.#trouble;
      const isComing = [...this.#browsers.values()].includes('coming');
      if (isTaken || isComing || this.#running.size > 0) busyAt = performance.now();
      else if (performance.now() - busyAt > idleMs) {
        say('nothing to do: ending');
        return;
      }
      if (isTaken) continue;
      const pause = pollMs.least + Math.random() * (pollMs.most - pollMs.least);
      if (!signal.aborted) await Promise.race([sleep(pause), freed]);
    }
  }

  /** A server that refuses a command, or a job that is gone, is no reason to end a worker; one that is away does not hold up its end. */
  async #tryToTake(): Promise<boolean> {
    const { signal, say } = this.#options;
    const { promise: givenUp, resolve } = Promise.withResolvers<boolean>();
    const giveUp = () => void setTimeout(resolve, farewellMs, false).unref();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([this.#take(), givenUp]);
    } catch (error) {
      say(`nothing could be taken from the queue: ${(error as Error).message}`);
      return false;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** False when there is nothing to take. */
  async #take(): Promise<boolean> {
    const needs = await this.#link.needs();
    const served: QueueNeed[] = [];
    for (const need of needs) {
      const { version, facts } = this.#options;
      const refusal = whyNotServed({ version, facts, serves: this.#serves, schema: queueSchema }, need);
      if (refusal === null && this.#browsers.get(need.browser) === 'there') served.push(need);
      else if (refusal === null) this.#get(need.browser);
      else if (this.#explainsAt < performance.now()) await this.#explain(need, refusal);
    }
    if (this.#explainsAt < performance.now()) this.#explainsAt = performance.now() + enrolMs;
    // Another one first each time, so that no queue starves another.
    const first = this.#taken++ % Math.max(served.length, 1);
    for (const need of [...served.slice(first), ...served.slice(0, first)]) if (await this.#takeFrom(need)) return true;
    return false;
  }

  /** Has a browser come while the attempts with others go on. */
  #get(browser: string): void {
    if (this.#browsers.has(browser)) return;
    this.#browsers.set(browser, 'coming');
    void this.#options
      .haveBrowser(browser)
      .then(() => this.#browsers.set(browser, 'there'))
      .catch((error: Error) => this.#doWithout(browser, error))
      .finally(() => this.#freed());
  }

  #doWithout(browser: string, error: Error): void {
    this.#browsers.delete(browser);
    const browsers = this.#serves.browsers.filter((name) => name !== browser);
    this.#serves = { ...this.#serves, browsers };
    if (browsers.length === 0) this.#trouble = error;
    else this.#options.say(`serves browser ${browser} no more: ${error.message}`);
  }

  async #takeFrom(need: QueueNeed): Promise<boolean> {
    const { lostAfterMs, name, signal } = this.#options;
    const taker = this.#link.taker(need, lostAfterMs, name);
    const token = `${this.#id}:${this.#taken}`;
    const job = (await taker.getNextJob(token, { block: false })) as Job<JobData> | undefined;
    if (!job) return false;
    if (job.deferredFailure) {
      await job.moveToFailed(new Error(lostReason), token);
      return true;
    }
    const data = jobDataSchema.parse(job.data);
    const state = await this.#link.redis.get(keys.run(data.runId));
    if (!state?.startsWith('open') || signal.aborted) {
      if (Date.now() - job.timestamp > orphanDeadMs) await drop(job, token);
      else if (signal.aborted) await job.moveToWait(token);
      else await job.moveToDelayed(Date.now() + orphanMs, token);
      return true;
    }
    const running = { job, taker, token, data, stop: new AbortController() };
    const others = [...this.#ended];
    this.#running.add(running);
    const ended: Promise<void> = this.#perform(running, others).finally(() => {
      this.#running.delete(running);
      this.#ended.delete(ended);
      this.#freed();
    });
    this.#ended.add(ended);
    return true;
  }

  /** @param others what is under way. */
  async #perform({ job, token, data, stop }: HeldAttempt, others: readonly Promise<void>[]): Promise<void> {
    const { name, say, attempt, evidence, runFolder } = this.#options;
    try {
      await Promise.all([this.#changeCaptures(data.captures, others), this.#hint(job, 'begun')]);
      const made = await attempt(data, stop.signal);
      this.#restAfter(made.code !== null && ofMachine.has(made.code) ? made.code : null);
      const sent = await evidence.send(data.runId, made, runFolder(data.runId));
      const result: JobResult = { attempt: sent, worker: name };
      await job.moveToCompleted(result, token, false);
    } catch (error) {
      const reason = stop.signal.aborted ? new Error(interruptedReason) : (error as Error);
      await this.#fail(reason, job, token).catch((refused: Error) =>
        say(`attempt ${data.id} is not recorded: its lock was lost (${refused.message})`),
      );
    }
    await this.#hint(job, 'ended');
  }

  /** Captures are those of the whole process, so what rests on others ends first, and nothing is taken meanwhile. */
  async #changeCaptures(id: string | null, others: readonly Promise<void>[]): Promise<void> {
    if (id === this.#captures) return;
    this.#isChanging = true;
    try {
      await Promise.all(others);
      this.#captures = undefined;
      this.#options.useCaptures(id === null ? null : await this.#capturesOf(id));
      this.#captures = id;
    } finally {
      this.#isChanging = false;
      this.#freed();
    }
  }

  async #capturesOf(id: string): Promise<PackedCaptures> {
    for (const until = performance.now() + capturesMs; performance.now() < until; await sleep(pollMs.most)) {
      const captures = await this.#link.captures(id);
      if (captures) return captures;
    }
    throw new TroubleError('this worker lacks the captures of the run: the queue server does not have them');
  }

  async #fail(error: Error, job: Job<JobData>, token: string): Promise<unknown> {
    if (!(error instanceof WaitsForLease)) {
      if (error.message !== interruptedReason) this.#restAfter(error.message);
      return job.moveToFailed(error, token);
    }
    await job.moveToDelayed(error.until, token);
    await this.#hint(job, 'delayed', error.message);
  }

  /**
   * A machine that makes no attempts would spoil a plan faster than the others make it: it takes nothing for a while, longer each time.
   *
   * @param trouble of this machine; null after an attempt that was made.
   */
  #restAfter(trouble: string | null): void {
    this.#spoiled = trouble === null ? 0 : this.#spoiled + 1;
    if (trouble === null) return;
    const restMs = Math.min(rest.firstMs * 2 ** (this.#spoiled - 1), rest.longestMs);
    this.#restsUntil = performance.now() + restMs;
    this.#options.say(`takes nothing for ${restMs / 1000} s, since this machine could not make an attempt: ${trouble}`);
  }

  async #hint(job: Job<JobData>, what: Hint['what'], why?: string): Promise<void> {
    const hint: Hint = { jobId: job.id as string, what, worker: this.#options.name, ...(why && { why }) };
    // The run finds out without it, a second later.
    await this.#link.redis.publish(keys.events(job.data.runId), JSON.stringify(hint)).catch(() => {});
  }

  async #enrol(): Promise<void> {
    const { name, version, facts, slots, signal } = this.#options;
    if (signal.aborted) return this.#link.leave(this.#id);
    const [schema, serves, running] = [queueSchema, this.#serves, this.#running.size];
    await this.#link.enrol({ id: this.#id, name, schema, version, facts, slots, serves, running });
  }

  /** Renews the locks of what is under way; ends what has lost its own. */
  async #renew(): Promise<void> {
    for (const [taker, its] of Map.groupBy(this.#running, ({ taker }) => taker)) {
      const ids = its.map(({ job }) => job.id as string);
      const lost = await taker.extendJobLocks(
        ids,
        its.map(({ token }) => token),
        this.#options.lostAfterMs,
      );
      for (const { job, stop } of its) {
        if (!lost.includes(job.id as string)) continue;
        stop.abort(new Finding('interrupted', 'the lock of the attempt was lost'));
      }
    }
  }

  /** Ends the attempts of interrupted runs. */
  async #obeyRuns(): Promise<void> {
    for (const [runId, its] of Map.groupBy(this.#running, ({ data }) => data.runId)) {
      const state = await this.#link.redis.get(keys.run(runId));
      if (state?.startsWith('stopping')) for (const { stop } of its) stop.abort();
    }
  }

  /**
   * Removes results of runs that were not resumed, and attempts that no worker takes, as those of other releases, and forgets their queues.
   * A run that goes on adds again what it misses.
   */
  async #clean(): Promise<void> {
    const needs = (await this.#link.needs()).filter(({ schema }) => schema === queueSchema);
    for (const need of needs)
      for (const state of ['wait', 'delayed', 'completed', 'failed'] as const)
        await this.#link.queue(need).clean(orphanDeadMs, 1_000, state);
    await this.#link.forgetNeeds(needs);
    this.#options.tidy(new Set(Array.from(this.#running, ({ data }) => data.runId)));
  }

  /** Says once why it takes nothing from a queue in which attempts wait. */
  async #explain(need: QueueNeed, refusal: string): Promise<void> {
    const words = `takes no attempt of ${need.library} on browser ${need.browser}, target ${need.target}: this worker ${refusal}`;
    if (this.#said.has(words) || need.schema !== queueSchema) return;
    if ((await this.#link.queue(need).getWaitingCount()) === 0) return;
    this.#said.add(words);
    this.#options.say(words);
  }
}

/** Removes an attempt that is locked with the token: `remove()` is for those that are not. */
async function drop(job: Job, token: string): Promise<void> {
  job.opts.removeOnFail = true;
  await job.moveToFailed(new Error('its run was not resumed'), token);
}

/** Repeats work, one at a time, until it is aborted. An error is left to the next time. */
function every(ms: number, work: () => Promise<void>): AbortController {
  const over = new AbortController();
  void (async () => {
    while (!over.signal.aborted) {
      await sleep(ms, undefined, { signal: over.signal }).catch(() => {});
      if (!over.signal.aborted) await work().catch(() => {});
    }
  })();
  return over;
}
