import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageSnapshot } from '../contracts/host.ts';
import type { HostEventOf } from '../contracts/host-events.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { type Snapshot, type Trace, type TracedRequest, type TraceMode, traceFile } from '../contracts/trace.ts';
import type { Redactor } from '../host/redactor.ts';
import { BothEnds } from './both-ends.ts';

const keptRequestsPerEnd = 500;
const keptSnapshotsPerEnd = 15;

interface TakenSnapshot extends Omit<Snapshot, 'dom'> {
  /** HTML, not yet in a file. */
  html: string | null;
}

/** What a trace adds to the events of an attempt, in memory until its end: an attempt that passed usually keeps nothing of it. */
export class TraceRecorder {
  readonly mode: TraceMode;
  readonly #startedAt: number;
  readonly #requests = new BothEnds<TracedRequest>(keptRequestsPerEnd);
  readonly #snapshots = new BothEnds<TakenSnapshot>(keptSnapshotsPerEnd);

  /** @param startedAt of the attempt, in milliseconds since the epoch. */
  constructor(mode: TraceMode, startedAt: number) {
    this.mode = mode;
    this.#startedAt = startedAt;
  }

  addRequest({ at, detail }: HostEventOf<'page:request'>): void {
    this.#requests.add({ at: this.#since(at - detail.ms), ...detail });
  }

  /** @param screenshot the file of its picture, if it has one, relative to the folder of the attempt. */
  addSnapshot(span: number | null, { at, dom, hasScreenshot }: PageSnapshot, screenshot: string | null): void {
    if (this.mode === 'off' || (dom === null && !hasScreenshot)) return;
    this.#snapshots.add({ at: this.#since(at), span, html: dom, screenshot: hasScreenshot ? screenshot : null });
  }

  /** Writes `trace.json` and the DOM of each snapshot into the folder of the attempt. */
  async write(folder: string, redactor: Redactor): Promise<void> {
    if (this.mode === 'off') return;
    const files = new Map<string, string>();
    const taken = redactor.clean(this.#snapshots.all.toSorted((a, b) => a.at - b.at));
    const snapshots = taken.map(({ html, ...snapshot }) => ({ ...snapshot, dom: html && fileOf(html, files) }));
    const trace: Trace = {
      schemaVersion: 1,
      requests: redactor.clean(this.#requests.all),
      droppedRequests: this.#requests.dropped,
      snapshots,
      droppedSnapshots: this.#snapshots.dropped,
    };
    if (files.size > 0) makeFolder(join(folder, 'trace'));
    await Promise.all([...files].map(([html, file]) => writeFile(join(folder, file), html)));
    await writeFile(join(folder, traceFile), `${JSON.stringify(trace, null, 1)}\n`);
  }

  #since(at: number): number {
    return Math.round(Math.max(0, at - this.#startedAt) * 10) / 10;
  }
}

/** A page that looks as before has the same file. */
function fileOf(html: string, files: Map<string, string>): string {
  const file = files.get(html) ?? `trace/page-${files.size + 1}.html`;
  files.set(html, file);
  return file;
}
