import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BlobAttempt, BlobEnd, BlobHead, ShardOfPlan } from '../contracts/blob.ts';
import type { RunInfo, RunObserver } from '../contracts/run.ts';
import { findScreenshot } from './find-screenshot.ts';
import { filesOfTrace } from './read-trace.ts';
import type { ReportSource } from './report-source.ts';
import { writeReportFile } from './write-report-file.ts';

/** `blob=FILE`: JSON lines with everything about a shard, from which `report merge` makes reports. */
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
    await writeReportFile(this.#file, this.#lines(run, interrupted));
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
