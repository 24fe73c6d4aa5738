import { hkdfSync } from 'node:crypto';
import { sha256 } from '../../contracts/sha256.ts';
import { isDuplicate, isUnavailable } from '../../store/database/database-errors.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import { seal, unseal } from '../seal.ts';
import type { ServiceDatabase } from '../tables.ts';

/** An instance that has not said for so long that it is at a request has died, in milliseconds. */
const abandonedMs = 60_000;
/** How often it says so, in milliseconds: the installation of a library version takes minutes. */
const goesOnMs = 15_000;

/** Problems after which what was asked for may have happened: such an answer stays the answer of its key. */
const unknownOutcomes = ['send-unknown', 'call-unknown'] as const satisfies ProblemCode[];
type UnknownOutcome = (typeof unknownOutcomes)[number];

/** The one of these problems that is among those of an operation; null where a repetition does no harm. */
export function unknownOutcomeOf(problems: readonly ProblemCode[]): UnknownOutcome | null {
  return unknownOutcomes.find((code) => problems.includes(code)) ?? null;
}

/** The status that stands for an unknown outcome. */
const unknownStatus = 504;

export interface Answer {
  status: number;
  /** JSON text; null for none. */
  body: string | null;
}

export interface IdempotentRequest {
  caller: string;
  /** The credential of the caller; empty where none is needed. */
  credential: string;
  key: string;
  method: string;
  path: string;
  body: unknown;
  /** The problem of an unknown outcome, where a repetition could do it twice: it then stays the answer of the key. */
  unknown: UnknownOutcome | null;
}

/**
 * Lets a write that is repeated with the same key happen once: the repetition gets the answer of the first.
 *
 * Answers may show a new API key, the secret of a webhook or a phone number. They are kept sealed with what only the caller has,
 * its credential and the idempotency key, of which the database has only hashes: a reader of the table cannot read an answer.
 */
export class Idempotency {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /**
   * Runs `work` unless it was run before. A problem is not kept, since the write may be tried again. An unknown outcome is kept: that of its
   * problem, and an error that is no problem.
   *
   * @throws Problem `idempotency-key-reused`, `request-in-progress`, and that of an unknown outcome
   */
  async once(request: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer & { replayed: boolean }> {
    const kept = await this.#begin(request);
    if (kept) return { ...kept, replayed: true };
    const goesOn = setInterval(() => void this.#goesOn(request).catch(() => {}), goesOnMs).unref();
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      if (request.unknown !== null && isUnknown(error, request.unknown))
        await this.#keep(request, { status: unknownStatus, body: null });
      else await this.#forget(request);
      throw error;
    } finally {
      clearInterval(goesOn);
    }
    await this.#keep(request, answer);
    return { ...answer, replayed: false };
  }

  async #begin(request: IdempotentRequest): Promise<Answer | null> {
    const { kysely, now } = this.#database;
    const request_sha256 = fingerprint(request);
    const { caller } = request;
    const row = { caller, idempotency_key: sha256(request.key), request_sha256, status: null, body: null };
    try {
      await kysely
        .insertInto('idempotency_keys')
        .values({ ...row, created_at: now })
        .execute();
      return null;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const first = await this.#at(request, kysely.selectFrom('idempotency_keys').selectAll())
      .select(({ eb }) => eb('created_at', '<', eb(now, '-', abandonedMs)).as('isAbandoned'))
      .executeTakeFirst();
    if (!first) return this.#begin(request);
    if (first.request_sha256 !== request_sha256) throw new Problem('idempotency-key-reused');
    const { unknown } = request;
    if (first.status === unknownStatus && unknown !== null) throw new Problem(unknown);
    if (first.status !== null) return { status: first.status, body: first.body && opened(first.body, request) };
    if (unknown !== null) throw new Problem(first.isAbandoned ? unknown : 'request-in-progress');
    const taken = await this.#at(request, kysely.updateTable('idempotency_keys').set({ created_at: now }))
      .where('status', 'is', null)
      .where('created_at', '<', (where) => where(now, '-', abandonedMs))
      .executeTakeFirst();
    if (taken.numUpdatedRows > 0n) return null;
    throw new Problem('request-in-progress');
  }

  /** A request that goes on is not taken for one whose instance died. */
  async #goesOn(request: IdempotentRequest): Promise<void> {
    const { kysely, now } = this.#database;
    await this.#at(request, kysely.updateTable('idempotency_keys').set({ created_at: now })).execute();
  }

  async #keep(request: IdempotentRequest, { status, body }: Answer): Promise<void> {
    const kept = { status, body: body && sealed(body, request) };
    await this.#at(request, this.#database.kysely.updateTable('idempotency_keys').set(kept)).execute();
  }

  async #forget(request: IdempotentRequest): Promise<void> {
    await this.#at(request, this.#database.kysely.deleteFrom('idempotency_keys')).execute();
  }

  #at<Query extends { where(column: 'caller' | 'idempotency_key', operator: '=', value: string): Query }>(
    { caller, key }: IdempotentRequest,
    query: Query,
  ): Query {
    return query.where('caller', '=', caller).where('idempotency_key', '=', sha256(key));
  }
}

/** True when what was asked for may have happened. A database that does not answer is asked before that. */
function isUnknown(error: unknown, unknown: UnknownOutcome): boolean {
  return error instanceof Problem ? error.code === unknown : !isUnavailable(error);
}

function fingerprint({ method, path, body }: IdempotentRequest): string {
  return sha256(`${method} ${path} ${JSON.stringify(body ?? null)}`);
}

function sealed(body: string, request: IdempotentRequest): string {
  return seal(answerKey(request), Buffer.from(body), request.caller).toString('base64');
}

function opened(body: string, request: IdempotentRequest): string {
  return unseal(answerKey(request), Buffer.from(body, 'base64'), request.caller).toString();
}

/** HKDF, RFC 5869. */
function answerKey({ credential, key }: IdempotentRequest): Buffer {
  return Buffer.from(hkdfSync('sha256', `${credential} ${key}`, '', 'kept answer', 32));
}
