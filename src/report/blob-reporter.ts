import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { blobAt, isBlobAddress } from '../blobs/blob-at.ts';
import type { BlobAttempt, BlobEnd, BlobHead, ShardOfPlan } from '../contracts/blob.ts';
import { home } from '../contracts/home.ts';
import { TroubleError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { RunInfo, RunObserver } from '../contracts/run.ts';
import { findScreenshot } from './find-screenshot.ts';
import { filesOfTrace } from './read-trace.ts';
import type { ReportSource } from './report-source.ts';
import { writeReportFile } from './write-report-file.ts';

/** `blob=FILE`: JSON lines with everything about a shard, from which `report merge` makes reports; into a file or a blob of S3. */
export class BlobReporter implements RunObserver {
  readonly #file: string;
  readonly #source: ReportSource;
  readonly #part: ShardOfPlan | null;

  constructor(file: string, source: ReportSource, part: ShardOfPlan | null) {
    this.#file = file;
    this.#source = source;
    this.#part = part;
  }

  async runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    const lines = this.#lines(run, interrupted);
    if (isBlobAddress(this.#file)) await this.#upload(home('runs', run.id, 'shard.blob'), lines);
    else await writeReportFile(this.#file, lines);
  }

  /** @throws TroubleError naming the file that has everything, when the store does not take it. */
  async #upload(file: string, lines: AsyncIterable<string>): Promise<void> {
    makeFolder(dirname(file));
    await writeReportFile(file, lines);
    try {
      await blobAt('--reporter blob', this.#file, process.env).put(await readFile(file));
    } catch (error) {
      const why = (error as Error).message;
      throw new TroubleError(`the blob ${this.#file} could not be written, and is in ${file}: ${why}`, {
        cause: error,
      });
    }
    await rm(file);
  }

  async *#lines(run: RunInfo, interrupted: boolean): AsyncGenerator<string> {
    const plan = await this.#source.plan(run);
    const head: BlobHead = {
      kind: 'wwebjs-canary-blob',
      schemaVersion: 1,
      run,
      interrupted,
      shard: this.#part?.shard ?? null,
      plan,
      ...(this.#part && { whole: [...this.#part.whole] }),
    };
    yield `${JSON.stringify(head)}\n`;
    let position = 0;
    const end: BlobEnd = { attempts: 0 };
    for await (const { attempts } of this.#source.cells(run)) {
      for (const attempt of attempts) {
        const folder = this.#source.artifacts(run, attempt);
        const file = findScreenshot(folder);
        const screenshot = file && { name: basename(file), base64: await readFile(file, 'base64') };
        const trace = folder ? await Promise.all(filesOfTrace(folder).map((name) => packed(folder, name))) : [];
        const line: BlobAttempt = {
          position,
          attempt,
          screenshot: screenshot || null,
          trace: trace.filter((one) => one !== null),
        };
        yield `${JSON.stringify(line)}\n`;
        end.attempts += 1;
      }
      position += 1;
    }
    yield `${JSON.stringify(end)}\n`;
  }
}

/** Null for a file that was removed meanwhile. */
async function packed(folder: string, name: string): Promise<{ name: string; base64: string } | null> {
  const base64 = await readFile(join(folder, name), 'base64').catch(() => null);
  return base64 === null ? null : { name, base64 };
}
