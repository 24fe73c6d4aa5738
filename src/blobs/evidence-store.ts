import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../contracts/attempt.ts';
import { pack, unpack } from './archive.ts';
import type { BlobStore } from './blob-store.ts';
import { openBlobStore } from './open-blob-store.ts';
import { NoCredentials, S3Error } from './s3-blobs.ts';

/** How patient a store of evidence is with what may pass, such as a server that restarts. */
export interface Patience {
  /** Milliseconds before each further try. */
  pausesMs: readonly number[];
  /** After the last try nothing is tried for so many milliseconds: attempts go on, and do not wait one after the other. */
  restMs: number;
}

const usualPatience: Patience = { pausesMs: [500, 2_000, 8_000], restMs: 30_000 };

/**
 * How the evidence of an attempt gets from the worker that made it to the coordinator that reports it. A record counts for more than its
 * evidence: what cannot be passed on is marked as missing in the record, with the reason, and nothing is thrown.
 */
export interface EvidenceCarrier {
  /**
   * Moves the evidence of an attempt away from the worker.
   *
   * @param runFolder the folder of the run on this machine; `attempt.artifacts` is relative to it.
   * @returns the record, unchanged when the evidence can be fetched.
   */
  send(runId: string, attempt: Attempt, runFolder: string): Promise<Attempt>;
  /**
   * Copies the evidence of an attempt to where reports look for it.
   *
   * @param runFolder the folder of the run on this machine.
   * @returns the record, unchanged when the evidence is there.
   */
  fetch(runId: string, attempt: Attempt, runFolder: string): Promise<Attempt>;
}

/** Evidence in a place that every machine of a run reaches, and where it stays: `<run>/<attempt>.tgz`, a gzipped tar. */
export class EvidenceStore implements EvidenceCarrier {
  readonly #blobs: BlobStore;
  readonly #place: string;
  readonly #patience: Patience;
  #resting: { until: number; trouble: StoreTrouble } | null = null;

  /** @param place names the store in reasons. */
  constructor(blobs: BlobStore, place: string, patience = usualPatience) {
    this.#blobs = blobs;
    this.#place = place;
    this.#patience = patience;
  }

  async send(runId: string, attempt: Attempt, runFolder: string): Promise<Attempt> {
    if (attempt.artifacts === null) return attempt;
    const folder = join(runFolder, basename(attempt.artifacts));
    try {
      const archive = await pack(folder);
      await this.#patiently(() => this.#blobs.put(blobName(runId, attempt), archive));
    } catch (error) {
      return missing(attempt, this.#reason(error));
    }
    // A folder that cannot be removed is left to `retention.yaml`.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    return attempt;
  }

  async fetch(runId: string, attempt: Attempt, runFolder: string): Promise<Attempt> {
    if (attempt.artifacts === null) return attempt;
    const folder = join(runFolder, basename(attempt.artifacts));
    try {
      const archive = await this.#patiently(() => this.#blobs.get(blobName(runId, attempt)));
      await unpack(archive, folder);
      return attempt;
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      return missing(attempt, this.#reason(error));
    }
  }

  /** @throws StoreTrouble */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    if (this.#resting && Date.now() < this.#resting.until) throw this.#resting.trouble;
    const pauses = this.#patience.pausesMs.values();
    while (true) {
      try {
        return await work();
      } catch (error) {
        const trouble = troubleOf(error);
        if (!trouble.passes) throw trouble;
        const { value: pause } = pauses.next();
        if (pause === undefined) {
          this.#resting = { until: Date.now() + this.#patience.restMs, trouble };
          throw trouble;
        }
        await sleep(pause);
      }
    }
  }

  #reason(error: unknown): string {
    if (error instanceof StoreTrouble) return `the evidence store ${this.#place} ${error.message}`;
    const { code, message } = error as NodeJS.ErrnoException;
    const ofDisk = code === undefined ? undefined : ofDisks[code];
    return ofDisk ? `the disk of this machine ${ofDisk} (${code})` : `its archive cannot be used: ${message}`;
  }
}

/** Evidence of workers that share the home of their coordinator: it is where reports look for it. */
const onThisMachine: EvidenceCarrier = {
  send: async (_runId, attempt) => attempt,
  async fetch(_runId, attempt, runFolder) {
    const { artifacts } = attempt;
    if (artifacts === null || existsSync(join(runFolder, basename(artifacts)))) return attempt;
    return missing(attempt, 'it is not on this machine: the run and its workers need the same --evidence');
  },
};

/**
 * The store of `--evidence`: a folder, or an address of `openBlobStore`. Without one, evidence stays on the machine of the worker.
 *
 * @throws InputError
 */
export function openEvidence(address: string | undefined, env: NodeJS.ProcessEnv): EvidenceCarrier {
  if (address === undefined) return onThisMachine;
  const isFolder = !/^\w+:\//.test(address);
  const blobs = openBlobStore('--evidence', isFolder ? `folder:${resolve(address)}` : address, env);
  return new EvidenceStore(blobs, address.split('?')[0] as string);
}

/** The record of an attempt whose evidence is lost, with the reason. */
function missing(attempt: Attempt, reason: string): Attempt {
  return { ...attempt, artifacts: null, artifactsMissing: reason };
}

const blobName = (runId: string, { artifacts }: Attempt) => `${runId}/${basename(artifacts as string)}.tgz`;

class StoreTrouble extends Error {
  /** True when it may be over in a moment. */
  readonly passes: boolean;

  /** @param what the store does: `is full (ENOSPC)`. */
  constructor(what: string, passes: boolean) {
    super(what);
    this.passes = passes;
  }
}

const ofDisks: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full: its quota is used up',
  ENOENT: 'does not have it',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'is read-only',
};

function troubleOf(error: unknown): StoreTrouble {
  if (error instanceof S3Error) return troubleOfAnswer(error);
  if (error instanceof NoCredentials)
    return new StoreTrouble(`gives this machine no credentials: ${error.message}`, true);
  const { name, code, message, cause } = error as NodeJS.ErrnoException;
  if (code !== undefined && code in ofDisks) return new StoreTrouble(`${ofDisks[code]} (${code})`, false);
  if (name === 'TimeoutError') return new StoreTrouble('did not answer in time', true);
  // The error of fetch() says why in its cause only.
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
  return new StoreTrouble(`cannot be reached: ${why}`, true);
}

/** The words for a full bucket are of MinIO, Ceph and AWS's own limits. */
function troubleOfAnswer({ status, code }: S3Error): StoreTrouble {
  const answer = code === null ? String(status) : `${status} ${code}`;
  if (status === 507 || /quota|storagefull|insufficientstorage/i.test(code ?? ''))
    return new StoreTrouble(`is full (${answer})`, false);
  if (status === 404)
    return new StoreTrouble(
      `${code === 'NoSuchBucket' ? 'has no such bucket' : 'does not have it'} (${answer})`,
      false,
    );
  if (status === 401 || status === 403) return new StoreTrouble(`refuses access (${answer})`, false);
  return new StoreTrouble(`answered ${answer}`, status >= 500 || status === 429);
}
