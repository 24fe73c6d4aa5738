import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EvidenceCarrier } from '../blobs/evidence-store.ts';
import type { Attempt, Cell } from '../contracts/attempt.ts';
import { home } from '../contracts/home.ts';
import { TroubleError } from '../contracts/input-error.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import type { TraceMode } from '../contracts/trace.ts';
import { within } from '../contracts/within.ts';
import { forgetFactsOf, keepFactsOf, type RunFacts } from '../replica/builds/run-facts.ts';
import { recordOfUnstarted } from '../runner/build-record.ts';
import { hashOfFlow } from '../runner/load-flow.ts';
import { type AttemptMaker, type NumberedTask, placeOfAttempt } from '../runner/run-plan.ts';
import { countEnded } from './fleet-counts.ts';
import { type FleetLink, farewellMs, hintSchema, keys, parsed } from './fleet-link.ts';
import { interruptedReason, type JobData, jobIdOf, jobResultSchema, lostReason, type RunState } from './job.ts';
import { type FleetWorker, needOf, type QueueNeed, queueName, waitingReason, whyNotServed } from './needs.ts';

export interface FleetOptions {
  evidence: EvidenceCarrier;
  /** Of wwebjs-canary. */
  version: string;
  /** The facts in effect, asked for when a run starts. */
  facts(): RunFacts;
  trace?: TraceMode | undefined;
  /** A worker that does not renew its lock for so long is lost. */
  lostAfterMs: number;
  say(line: string): void;
}

/** An attempt that was added to a queue and has no record. */
interface Pending {
  jobId: string;
  need: QueueNeed;
  data: JobData;
  isBegun: boolean;
  /** The worker that began it, as far as that is known. */
  worker: string | null;
  begin(): Promise<void>;
  /** With null it is not made. */
  end(attempt: Attempt | null): void;
  fail(error: Error): void;
  isEnded: boolean;
  /** In how many looks in a row no list of the queue had it. */
  missing: number;
}

/** The queue is looked through this often, since a message can be lost. */
const lookMs = 1_000;
/** Workers make no attempt of a run whose coordinator has been gone for so long. */
const runLeaseMs = 30_000;
const renewMs = 2_000;
/** An interrupted attempt ends its browser in this time. */
const interruptionMs = 20_000;
const keptSeconds = 24 * 3_600;
/** Results are taken out of the queue with their evidence, so many at the same time. */
const resultsAtOnce = 8;

/**
 * Has the attempts of one run made by the workers of a fleet, and hears of every record. An attempt leaves the queue when all
 * observers have its record; for that, this has to be the last of them.
 */
export class FleetAttempts implements AttemptMaker, RunObserver {
  readonly #link: FleetLink;
  readonly #options: FleetOptions;
  readonly #owner = randomUUID();
  /** By the id of the job. */
  readonly #pending = new Map<string, Pending>();
  /** Jobs whose record is on its way to the observers, by the id of the attempt. */
  readonly #recorded = new Map<string, Job>();
  /** Every need that the run had, by the name of its queue. */
  readonly #used = new Map<string, QueueNeed>();
  readonly #reasons = new Map<string, string>();
  readonly #over = new AbortController();
  #signal: AbortSignal | null = null;
  #following: Promise<unknown> | null = null;
  #subscription: Redis | null = null;
  #wake = () => {};
  #state: RunState = 'open';
  #isTakenOver = false;
  #runId = '';
  #facts: RunFacts;
  #onSlots: (slots: number) => Promise<void> = async () => {};

  /** Attempts that the workers of the fleet make at the same time. */
  readonly slots = {
    now: 0,
    follow: (changed: (slots: number) => Promise<void>) => {
      this.#onSlots = changed;
    },
  };

  /** With the workers that are connected now. */
  static async open(link: FleetLink, options: FleetOptions): Promise<FleetAttempts> {
    const fleet = new FleetAttempts(link, options);
    const { base } = fleet.#facts;
    const workers = await link.workers();
    fleet.slots.now = slotsOf(workers.filter(({ version, facts }) => version === options.version && facts === base));
    return fleet;
  }

  private constructor(link: FleetLink, options: FleetOptions) {
    this.#link = link;
    this.#options = options;
    this.#facts = options.facts();
  }

  /** @throws TroubleError when another process coordinates the run. */
  async runStarted(run: RunInfo): Promise<void> {
    this.#runId = run.id;
    const subscription = await this.#link.second();
    this.#subscription = subscription;
    await this.#takeRun();
    this.#facts = this.#options.facts();
    keepFactsOf(run.id, this.#facts);
    await this.#keepCaptures().catch(refused);
    subscription.on('message', (_channel, text) => this.#hear(text));
    await subscription.subscribe(keys.events(run.id)).catch(refused);
    this.#following = Promise.all([this.#keepRun(), this.#follow()]);
  }

  async attempt(task: NumberedTask, run: RunInfo, signal: AbortSignal, begun: () => Promise<void>) {
    const { id, seed, planned } = task;
    const { trace } = this.#options;
    const { cell } = planned;
    const need = this.#needOf(cell);
    const jobId = jobIdOf(run.id, { ...task, cell });
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<Attempt | null>();
    const captures = this.#facts.captures?.id ?? null;
    const flow = hashOfFlow(cell);
    const data: JobData = { runId: run.id, id, seed, cell, captures, ...(trace && { trace }), ...(flow && { flow }) };
    if (signal.aborted) return null;
    this.#stopWith(signal);
    const state = { isBegun: false, worker: null, isEnded: false, missing: 0 };
    const pending: Pending = { jobId, need, data, ...state, begin: begun, end, fail };
    this.#pending.set(jobId, pending);
    const added = this.#add(pending).catch(refused);
    // It may end before: a run can be interrupted while the server is away.
    return Promise.race([promise, added.then(() => promise)]).finally(() => this.#pending.delete(jobId));
  }

  /** Takes back what no worker has begun. */
  async recall(): Promise<void> {
    await Promise.all([...this.#pending.values()].map((pending) => this.#takeBack(pending).catch(() => {})));
  }

  async attemptEnded({ cell }: PlannedCell, { id, code }: Attempt): Promise<void> {
    const need = this.#needOf(cell);
    const job = this.#recorded.get(id);
    this.#recorded.delete(id);
    // The record is kept: a server that is away must not hold up the run.
    await within(farewellMs, async () => {
      if (code === 'worker-lost') await countEnded(this.#link, need, 'lost');
      else if (job?.processedOn && job.finishedOn) {
        const { timestamp, processedOn, finishedOn } = job;
        await countEnded(this.#link, need, { waitedMs: processedOn - timestamp, ranMs: finishedOn - processedOn });
      }
      await job?.remove();
    }).catch(() => {});
  }

  /** Removes its job, which is left where the process was killed between the record and `attemptEnded`. */
  async wasRecorded({ cell }: PlannedCell, { id, seed }: Attempt): Promise<void> {
    const { runId, number, repeats } = placeOfAttempt(id);
    const jobId = jobIdOf(runId, { cell, number, seed, repeats });
    await within(farewellMs, () => this.#link.queue(this.#needOf(cell)).remove(jobId)).catch(() => {});
  }

  async runEnded({ finishedAt }: RunInfo): Promise<void> {
    if (finishedAt !== null) forgetFactsOf(this.#runId);
    this.#over.abort();
    this.#wake();
    await within(farewellMs, async () => {
      await this.#following;
      await this.#link.forgetNeeds(this.#used.values());
      if (!this.#isTakenOver) await this.#link.redis.del(keys.run(this.#runId));
    }).catch(() => {});
    this.#subscription?.disconnect();
  }

  #stopWith(signal: AbortSignal): void {
    if (this.#signal === signal) return;
    this.#signal = signal;
    signal.addEventListener('abort', () => void this.#stop(), { once: true });
  }

  async #takeRun(): Promise<void> {
    const { redis } = this.#link;
    const take = () => redis.set(keys.run(this.#runId), this.#runValue(), 'PX', runLeaseMs, 'NX').catch(refused);
    if ((await take()) === 'OK') return;
    this.#options.say(
      `another process coordinates run ${this.#runId}, or was killed less than ${runLeaseMs / 1000} s ago; waiting`,
    );
    for (const until = Date.now() + runLeaseMs + lookMs; Date.now() < until; await sleep(lookMs))
      if ((await take()) === 'OK') return;
    throw new TroubleError(`run ${this.#runId} is coordinated by another process`);
  }

  #runValue(): string {
    return `${this.#state} ${this.#owner}`;
  }

  #needOf(cell: Cell): QueueNeed {
    return needOf(cell, { version: this.#options.version, facts: this.#facts.base });
  }

  async #keepCaptures(): Promise<void> {
    if (this.#facts.captures) await this.#link.keepCaptures(this.#facts.captures);
  }

  async #add({ need, data, jobId }: Pending): Promise<void> {
    if (!this.#used.has(queueName(need))) await this.#link.addNeed(need);
    this.#used.set(queueName(need), need);
    await this.#link.queue(need).add('attempt', data, {
      ...{ jobId, attempts: 1 },
      // Those of a run that is never resumed; all others are removed when they are recorded.
      ...{ removeOnComplete: { age: keptSeconds }, removeOnFail: { age: keptSeconds } },
    });
  }

  get #needs(): Map<string, QueueNeed> {
    return new Map([...this.#pending.values()].map(({ need }) => [queueName(need), need]));
  }

  #hear(text: string): void {
    const hint = parsed(hintSchema, text);
    const pending = hint && this.#pending.get(hint.jobId);
    if (!pending) return;
    pending.worker = hint.worker;
    if (hint.what === 'begun') void this.#begin(pending);
    if (hint.what === 'ended') this.#wake();
    if (hint.what === 'delayed') this.#options.say(`waiting: attempt ${pending.data.id}: ${hint.why}`);
  }

  async #begin(pending: Pending): Promise<void> {
    if (pending.isBegun) return;
    pending.isBegun = true;
    await pending.begin();
  }

  /** Looks through the queue until the run is over: soon after a message, and every second without one. */
  async #follow(): Promise<void> {
    for (let lookedAt = 0; !this.#over.signal.aborted && !this.#isTakenOver; ) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        if (performance.now() - lookedAt > renewMs) {
          lookedAt = performance.now();
          await this.#lookForWorkers();
        }
        for (const need of this.#needs.values()) await this.#look(need);
      } catch (error) {
        this.#options.say(`the queue could not be read and will be again: ${(error as Error).message}`);
        await sleep(lookMs);
      }
      await Promise.race([woken, sleep(lookMs)]);
    }
  }

  /** Renews the lease of the run, however long a look takes, until the run is over or belongs to another process. */
  async #keepRun(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        await this.#renew();
      } catch (error) {
        if (error instanceof TroubleError) return this.#giveUp(error);
      }
      await sleep(renewMs, undefined, { signal }).catch(() => {});
    }
  }

  /** The run belongs to another process, and so do its attempts. */
  #giveUp(error: TroubleError): void {
    this.#isTakenOver = true;
    for (const pending of this.#pending.values()) pending.fail(error);
  }

  async #renew(): Promise<void> {
    const { redis } = this.#link;
    const before = await redis.get(keys.run(this.#runId));
    if (before !== null && !before.endsWith(this.#owner))
      throw new TroubleError(`another process has taken over run ${this.#runId}`);
    await redis.set(keys.run(this.#runId), this.#runValue(), 'PX', runLeaseMs);
    await this.#keepCaptures();
  }

  async #lookForWorkers(): Promise<void> {
    const needs = [...this.#needs.values()];
    for (const need of needs) {
      await this.#link.addNeed(need);
      // Starts the search for lost workers, which goes on by itself: perhaps no worker is left to do it.
      this.#link.taker(need, this.#options.lostAfterMs, 'coordinator');
    }
    await this.#explainWaiting(needs);
  }

  async #explainWaiting(needs: readonly QueueNeed[]): Promise<void> {
    const workers = await this.#link.workers();
    const serving = workers.filter((worker) => needs.some((need) => whyNotServed(worker, need) === null));
    const slots = slotsOf(serving);
    if (slots !== this.slots.now && slots > 0) await this.#onSlots(slots);
    this.slots.now = slots;
    const waiting = [...this.#pending.values()].filter(({ isBegun }) => !isBegun);
    for (const need of needs) {
      const name = queueName(need);
      const its = waiting.filter((pending) => queueName(pending.need) === name);
      const reason = its.length === 0 ? null : waitingReason(need, its.length, workers);
      if (reason === null) this.#reasons.delete(name);
      else if (this.#reasons.get(name) !== reason) {
        this.#reasons.set(name, reason);
        this.#options.say(`waiting: ${reason}`);
      }
    }
  }

  async #look(need: QueueNeed): Promise<void> {
    const queue = this.#link.queue(need);
    const name = queueName(need);
    const its = [...this.#pending.values()].filter((pending) => !pending.isEnded && queueName(pending.need) === name);
    const waiting = new Set(await queue.getRanges(['waiting', 'delayed', 'prioritized'], 0, -1));
    const active = new Set(await queue.getRanges(['active'], 0, -1));
    const ended = new Set(await queue.getRanges(['completed', 'failed'], 0, -1));
    const results: Pending[] = [];
    for (const pending of its) {
      const { jobId } = pending;
      const isThere = waiting.has(jobId) || active.has(jobId) || ended.has(jobId);
      pending.missing = isThere ? 0 : pending.missing + 1;
      if (active.has(jobId)) await this.#begin(pending);
      if (ended.has(jobId)) results.push(pending);
      else if (waiting.has(jobId) && pending.isBegun) await this.#endLost(pending, queue);
      else if (waiting.has(jobId) && this.#state === 'stopping') await this.#takeBack(pending);
      // A server that lost its memory: what is added again under its id is not made twice where it is still there.
      else if (pending.missing === 2) await this.#add(pending);
    }
    const end = async (pending: Pending) => this.#end(pending, await queue.getJob(pending.jobId));
    for (let i = 0; i < results.length; i += resultsAtOnce)
      await Promise.all(results.slice(i, i + resultsAtOnce).map(end));
  }

  /** An attempt that is back in the queue after it was begun: its worker was lost, or waits for a lease. */
  async #endLost(pending: Pending, queue: Queue): Promise<void> {
    const job = await queue.getJob(pending.jobId);
    if (!job?.deferredFailure) return;
    // A worker that has taken it in this moment holds the lock, and writes the same.
    const isRemoved = await job.remove().then(
      () => true,
      () => false,
    );
    if (isRemoved) this.#settle(pending, lostRecord(pending));
  }

  async #end(pending: Pending, job: Job | undefined): Promise<void> {
    if (!job) return;
    await this.#begin(pending);
    const attempt = await this.#recordOf(pending, job);
    if (attempt) this.#recorded.set(attempt.id, job);
    this.#settle(pending, attempt);
  }

  #settle(pending: Pending, attempt: Attempt | null): void {
    if (pending.isEnded) return;
    pending.isEnded = true;
    pending.end(attempt);
  }

  async #recordOf(pending: Pending, job: Job): Promise<Attempt | null> {
    const { data } = pending;
    if (job.failedReason === lostReason) return lostRecord(pending);
    const worker = `worker ${job.processedBy ?? '?'}`;
    if (job.failedReason === interruptedReason) return recordOfUnstarted(data, 'interrupted', interruptedReason);
    if (job.failedReason) return recordOfUnstarted(data, 'harness-error', `${worker}: ${job.failedReason}`);
    const result = jobResultSchema.safeParse(job.returnvalue);
    if (!result.success) return recordOfUnstarted(data, 'harness-error', `${worker} returned no record`);
    const { attempt } = result.data;
    // It names a folder here too.
    if (attempt.id !== data.id || attempt.seed !== data.seed || (attempt.artifacts ?? data.id) !== data.id)
      return recordOfUnstarted(data, 'harness-error', `${worker} returned the record of another attempt`);
    return this.#options.evidence.fetch(this.#runId, attempt, home('runs', this.#runId));
  }

  async #takeBack(pending: Pending): Promise<void> {
    if (pending.isBegun || pending.isEnded) return;
    const job = await this.#link.queue(pending.need).getJob(pending.jobId);
    const isRemoved = await job?.remove().then(
      () => true,
      () => false,
    );
    if (isRemoved) this.#settle(pending, null);
  }

  /** The run is interrupted: what waits is taken back, what is under way is ended by its worker. */
  async #stop(): Promise<void> {
    if (this.#state === 'stopping' || this.#isTakenOver) return;
    this.#state = 'stopping';
    await within(farewellMs, async () => {
      await this.#link.redis.set(keys.run(this.#runId), this.#runValue(), 'PX', runLeaseMs);
      await this.recall();
    }).catch(() => {});
    await sleep(interruptionMs, undefined, { signal: this.#over.signal }).catch(() => {});
    for (const pending of this.#pending.values()) {
      const words = `${interruptedReason}, and the worker did not answer`;
      this.#settle(pending, pending.isBegun ? recordOfUnstarted(pending.data, 'interrupted', words) : null);
    }
  }
}

/** @throws TroubleError */
function refused({ message }: Error): never {
  throw new TroubleError(`the queue refuses a command: ${message}`);
}

function slotsOf(workers: readonly FleetWorker[]): number {
  return workers.reduce((sum, { slots }) => sum + slots, 0);
}

function lostRecord({ data, worker }: Pending): Attempt {
  const who = worker === null ? 'the worker' : `worker ${worker}`;
  return recordOfUnstarted(data, 'worker-lost', `${who} stopped renewing its lock while it made the attempt`);
}
