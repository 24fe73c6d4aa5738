import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface FleetOptions {
  database: string;
  folder: string;
  /** Port of the replica's page. */
  port: number;
  slots: number;
  launchMs: number;
}

interface Line {
  event: string;
  at: number;
  [field: string]: unknown;
}

/** One process of an instance that can be killed. */
export class FleetInstance {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown>;

  /** @param script the program, in this folder or by its whole path. */
  constructor(options: object, script = 'instance.ts') {
    this.#child = spawn(process.execPath, [resolve(import.meta.dirname, script), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = once(this.#child, 'exit');
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Id of the instance; null until it has started. */
  get id(): string | null {
    return (this.lines.find(({ event }) => event === 'started')?.instance as string | undefined) ?? null;
  }

  /** The most launches that were under way at the same time. */
  get launchesAtOnce(): number {
    let now = 0;
    let most = 0;
    for (const { event } of this.lines) {
      if (event === 'launch-begin') most = Math.max(most, ++now);
      if (event === 'launch-end') now--;
    }
    return most;
  }

  /** The 99th percentile of its event loop delay since the last SIGUSR2, in milliseconds; known when it has ended by SIGTERM. */
  get loopDelayMs(): number {
    return this.lines.find(({ event }) => event === 'loop-delay')?.p99Ms as number;
  }

  count(event: string): number {
    return this.lines.filter((line) => line.event === event).length;
  }
}
