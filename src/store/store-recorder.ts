import { appendFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Attempt, attemptSchema, type Cell, cellSchema } from '../contracts/attempt.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { home } from '../contracts/home.ts';
import { TroubleError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { storeTrouble } from './database/store-trouble.ts';
import type { Store } from './open-store.ts';

const spilledSchema = z.object({ cell: cellSchema, attempt: attemptSchema });

/**
 * Writes a run to the store while it is in progress. A record that the store does not take is appended to a file of JSON lines
 * (`{cell, attempt}`) instead, so that nothing measured is lost; `trouble` then says why and where.
 */
export class StoreRecorder implements RunObserver {
  readonly #store: Store;
  readonly #spillFolders: string[];
  readonly #spillFiles = new Set<string>();
  #runId = '';
  #trouble: string | null = null;

  /** `spillFolder` is tried first, then the system's folder for temporary files, which may lie on another disk. */
  constructor(store: Store, spillFolder = home('runs')) {
    this.#store = store;
    this.#spillFolders = [spillFolder, join(tmpdir(), 'wwebjs-canary')];
  }

  /** Why records are missing in the store and where they are; null when all are in it. */
  get trouble(): TroubleError | null {
    return this.#trouble === null ? null : new TroubleError(this.#trouble);
  }

  /** @throws TroubleError when the store takes no record of the run at all: nothing should be measured then. */
  async runStarted(run: RunInfo, plan: readonly PlannedCell[]): Promise<void> {
    this.#runId = run.id;
    try {
      // One that was cut off and goes on.
      if (await this.#store.runs.get(run.id)) return;
      await this.#store.runs.add(run);
      await this.#store.plannedCells.add(run.id, plan);
    } catch (error) {
      throw storeTrouble(this.#store.file, error);
    }
  }

  async attemptEnded({ cell }: PlannedCell, attempt: Attempt): Promise<void> {
    try {
      await this.#store.attempts.add(this.#runId, cell, attempt);
    } catch (error) {
      this.#spill(cell, attempt, error);
    }
  }

  async runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    try {
      await this.#store.runs.finish(run, interrupted);
    } catch (error) {
      this.#trouble ??= `${messageOf(this.#store.file, error)}. The end of run ${run.id} is not recorded.`;
    }
  }

  /** The attempts of a cell that are not in the store. */
  spilledOf(cell: Cell): Attempt[] {
    const key = cellKey(cell);
    return [...this.#spillFiles]
      .flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
      .map((line) => spilledSchema.parse(JSON.parse(line)))
      .filter((spilled) => cellKey(spilled.cell) === key)
      .map(({ attempt }) => attempt);
  }

  #spill(cell: Cell, attempt: Attempt, reason: unknown): void {
    const why = messageOf(this.#store.file, reason);
    for (const folder of this.#spillFolders) {
      const file = join(folder, this.#runId, 'attempts-not-in-store.jsonl');
      try {
        makeFolder(dirname(file));
        appendFileSync(file, `${JSON.stringify({ cell, attempt })}\n`);
        this.#spillFiles.add(file);
        this.#trouble = `${why}. Attempts that are not in the store: ${[...this.#spillFiles].join(', ')}`;
        return;
      } catch {
        // The next folder may lie on a disk that has room.
      }
    }
    this.#trouble = `${why}. Attempt ${attempt.id} could not be kept anywhere (tried ${this.#spillFolders.join(', ')})`;
    throw new TroubleError(this.#trouble);
  }
}

function messageOf(file: string, error: unknown): string {
  const { message } = storeTrouble(file, error) as Error;
  return message;
}
