import { type BackendFactory, createRedisBackend, Queue, type QueueOptions, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { within } from '../contracts/within.ts';
import type { PackedCaptures } from '../replica/builds/run-facts.ts';
import { type FleetWorker, fleetWorkerSchema, type QueueNeed, queueName, queueNeedSchema } from './needs.ts';
import { queueAddress, withoutCredentials } from './queue-address.ts';

/** Every key of ours on the server begins with this. */
export const prefix = 'wwebjs-canary';

/** A server that does not answer the first question in this time is not there. */
const firstAnswerMs = 10_000;
/** For a server that is away while the program ends. */
export const farewellMs = 5_000;
const leastVersion = [6, 2] as const;
/** A worker that has not said anything for so long is not connected. */
const rosterMs = 15_000;
/** Captures of a run that no coordinator keeps any more. */
const capturesSeconds = 600;

export const keys = {
  needs: `${prefix}:needs`,
  workers: `${prefix}:workers`,
  worker: (id: string) => `${prefix}:worker:${id}`,
  /** What the coordinator of a run wants; gone some time after the coordinator. */
  run: (id: string) => `${prefix}:run:${id}`,
  /** The captures of runs, by their hash. */
  captures: (id: string) => `${prefix}:captures:${id}`,
  /** The channel of what happens to the attempts of a run. */
  events: (id: string) => `${prefix}:events:${id}`,
};

/** What workers say about an attempt while it is under way: a hint, since a message can be lost. */
export const hintSchema = z.object({
  jobId: z.string(),
  what: z.enum(['begun', 'ended', 'delayed']),
  worker: z.string(),
  /** Why it is delayed. */
  why: z.string().optional(),
});
export type Hint = z.infer<typeof hintSchema>;

/** What is written on the server as JSON; undefined for what another program or version wrote. */
export function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A connection to the server of a fleet: what workers and coordinators share. */
export class FleetLink {
  readonly redis: Redis;
  /** Without a password, for messages. */
  readonly address: string;
  readonly #queues = new Map<string, Queue>();
  readonly #takers = new Map<string, Worker>();
  readonly #seconds: Redis[] = [];
  readonly #say: (line: string) => void;
  #isAway = false;

  /**
   * @param say is called when the server is lost and when it is back.
   * @throws InputError for a wrong address, a refused password, or a server that cannot be a queue; TroubleError when it does not answer.
   */
  static async open(address: string, say: (line: string) => void): Promise<FleetLink> {
    const link = new FleetLink(queueAddress(address), say);
    try {
      await link.#check();
      return link;
    } catch (error) {
      link.redis.disconnect();
      throw error;
    }
  }

  private constructor(address: string, say: (line: string) => void) {
    this.address = withoutCredentials(address);
    this.#say = say;
    this.redis = new Redis(address, {
      lazyConnect: true,
      connectTimeout: firstAnswerMs,
      // Commands wait for a server that is away, as they do in BullMQ: nothing is lost and nothing is done twice.
      maxRetriesPerRequest: null,
      retryStrategy: (times) => (this.#isAway || times > 1 ? Math.min(times * 200, 2_000) : 200),
    });
  }

  /** Another connection, for a subscription. */
  async second(): Promise<Redis> {
    const redis = this.redis.duplicate();
    redis.on('error', () => {});
    this.#seconds.push(redis);
    await redis.connect();
    return redis;
  }

  queue(need: QueueNeed): Queue {
    const name = queueName(need);
    const known = this.#queues.get(name);
    if (known) return known;
    // Its own record of events is not read.
    const queue = new Queue(name, { ...this.#options(), streams: { events: { maxLen: 10 } } });
    queue.on('error', () => {});
    this.#queues.set(name, queue);
    return queue;
  }

  /**
   * What takes attempts out of a queue, on the shared connection: it does not block.
   *
   * @param lostAfterMs a lock that is not renewed for so long is lost, and its attempt with it.
   */
  taker(need: QueueNeed, lostAfterMs: number, workerName: string): Worker {
    const name = queueName(need);
    const known = this.#takers.get(name);
    if (known) return known;
    const options = {
      ...this.#options(),
      ...{ name: workerName, autorun: false, lockDuration: lostAfterMs, stalledInterval: lostAfterMs / 2 },
      // An attempt that was begun is never begun again by the queue: it is lost, and that is recorded.
      maxStalledCount: 0,
    };
    const onOneConnection: BackendFactory<ReturnType<typeof createRedisBackend>> = (queue, backend) =>
      createRedisBackend(queue, backend);
    const taker = new Worker(name, null, options, onOneConnection);
    taker.on('error', () => {});
    void taker.startStalledCheckTimer();
    this.#takers.set(name, taker);
    return taker;
  }

  /** Every need for which there is or was a queue; those of another schema that cannot be read are left out. */
  async needs(): Promise<QueueNeed[]> {
    const texts = await this.redis.hvals(keys.needs);
    return texts.flatMap((text) => parsed(queueNeedSchema, text) ?? []);
  }

  async addNeed(need: QueueNeed): Promise<void> {
    await this.redis.hset(keys.needs, queueName(need), JSON.stringify(need));
  }

  /** Forgets needs in whose queues nothing is left. A run that goes on adds its own again every few seconds. */
  async forgetNeeds(needs: Iterable<QueueNeed>): Promise<void> {
    for (const need of needs) {
      const left = await this.queue(need).getJobCountByTypes();
      if (left === 0) await this.redis.hdel(keys.needs, queueName(need));
    }
  }

  /** The workers that are connected. */
  async workers(): Promise<FleetWorker[]> {
    const ids = await this.redis.smembers(keys.workers);
    if (ids.length === 0) return [];
    const texts = await this.redis.mget(ids.map(keys.worker));
    const gone = ids.filter((_, i) => texts[i] === null);
    if (gone.length > 0) await this.redis.srem(keys.workers, ...gone);
    return texts.flatMap((text) => (text === null ? [] : (parsed(fleetWorkerSchema, text) ?? [])));
  }

  /** To be repeated every few seconds by a worker that is there. */
  async enrol(worker: FleetWorker): Promise<void> {
    await this.redis
      .multi()
      .set(keys.worker(worker.id), JSON.stringify(worker), 'PX', rosterMs)
      .sadd(keys.workers, worker.id)
      .exec();
  }

  async leave(id: string): Promise<void> {
    await this.redis.multi().del(keys.worker(id)).srem(keys.workers, id).exec();
  }

  /** To be repeated by the coordinator of a run that has them: a server may lose them. */
  async keepCaptures({ id, bytes }: PackedCaptures): Promise<void> {
    const key = keys.captures(id);
    if ((await this.redis.expire(key, capturesSeconds)) === 0) await this.redis.set(key, bytes, 'EX', capturesSeconds);
  }

  /** Null where the server does not have them. */
  async captures(id: string): Promise<PackedCaptures | null> {
    const bytes = await this.redis.getBuffer(keys.captures(id));
    return bytes && { id, bytes };
  }

  async close(): Promise<void> {
    this.redis.removeAllListeners('close').removeAllListeners('ready');
    await within(farewellMs, () =>
      Promise.all([...this.#takers.values(), ...this.#queues.values()].map((each) => each.close())),
    ).catch(() => {});
    for (const redis of [this.redis, ...this.#seconds]) redis.disconnect();
  }

  #options(): QueueOptions {
    return { connection: this.redis, prefix, skipVersionCheck: true };
  }

  /** @throws InputError, TroubleError */
  async #check(): Promise<void> {
    const { redis, address } = this;
    // The first error is the reason; those after it say that the connection is closed.
    let why: string | null = null;
    const note = (error: Error) => {
      why ??= error.message;
      if (isRefusal(error)) redis.disconnect();
    };
    redis.on('error', note);
    const timer = setTimeout(() => redis.disconnect(), firstAnswerMs);
    const info = await redis.connect().then(
      () => redis.info(),
      (error) => note(error),
    );
    clearTimeout(timer);
    redis.off('error', note);
    if (info === undefined) throw troubleOf(address, why ?? 'it does not answer');
    checkServer(info, address);
    const warning = evictionWarning(info);
    if (warning) this.#say(warning);
    redis.on('error', () => this.#note(true)).on('close', () => this.#note(true));
    redis.on('ready', () => this.#note(false));
  }

  #note(isAway: boolean): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    this.#say(isAway ? `the queue at ${this.address} does not answer; waiting for it` : 'the queue answers again');
  }
}

function isRefusal({ message }: Error): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|ERR AUTH|invalid password|Client sent AUTH|Protocol error/i.test(message);
}

function troubleOf(address: string, why: string): Error {
  if (/Protocol error/i.test(why)) return new InputError(`--queue ${address}: what answers there is no Redis server`);
  if (isRefusal(new Error(why)))
    return new InputError(`--queue ${address}: the server refuses user or password: ${why}`);
  return new TroubleError(`the queue at ${address} cannot be reached: ${why}`);
}

/** One fact of what a server says of itself; empty when it does not say it. */
function factOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}

/**
 * `volatile-*` drops keys that have an expiry. Attempts have none; locks, leases of runs and counts have one, so an attempt that is under
 * way can become a lost one.
 */
function evictionWarning(info: string): string | null {
  const eviction = factOf(info, 'maxmemory_policy');
  if (!eviction.startsWith('volatile-') || factOf(info, 'maxmemory') === '0') return null;
  return `with its maxmemory-policy ${eviction} the queue drops locks when its memory is full, and their attempts become lost ones; set noeviction`;
}

/** @throws InputError for a server that is too old, that is one of several, or that may drop jobs when its memory is full. */
function checkServer(info: string, address: string): void {
  const fact = (name: string) => factOf(info, name);
  const version = fact('valkey_version') || fact('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]))
    throw new InputError(
      `--queue ${address}: the server has version ${version || '?'}; ${leastVersion.join('.')} is needed`,
    );
  if (fact('cluster_enabled') === '1')
    throw new InputError(`--queue ${address}: the server is part of a cluster; a queue needs a server of its own`);
  if (fact('role') !== 'master')
    throw new InputError(`--queue ${address}: the server is a replica, which takes no writes; name its master`);
  const eviction = fact('maxmemory_policy');
  if (eviction.startsWith('allkeys-'))
    throw new InputError(
      `--queue ${address}: with its maxmemory-policy ${eviction} the server drops jobs when its memory is full; set noeviction`,
    );
}
