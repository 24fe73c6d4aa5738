import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import picocolors from 'picocolors';
import { type EvidenceCarrier, openEvidence } from '../../src/blobs/evidence-store.ts';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { home } from '../../src/contracts/home.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../../src/contracts/run.ts';
import { FleetAttempts } from '../../src/queue/fleet-attempts.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { factsInEffect, type RunFacts } from '../../src/replica/builds/run-facts.ts';
import { type ExecutedRun, executeRun } from '../../src/runs/execute-run.ts';
import { openStore } from '../../src/store/open-store.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';

export interface LightWorkerOptions {
  url: string;
  name: string;
  /** Evidence that all share, and the files of each worker. */
  folder: string;
  slots?: number;
  lostAfterMs: number;
  /** How long an attempt takes on average. */
  attemptMs: number;
  idleMs?: number;
  version?: string;
  /** Its facts about builds; those of the project by default. */
  facts?: string;
  browsers?: string[];
  libraries?: string[];
  /** Browsers that it serves, and that its machine turns out not to have. */
  lacks?: string[];
  /** The first attempt of a run waits so long for an account. */
  accountMs?: number;
  /** Every attempt fails with this message, as where a worker cannot make any. */
  fails?: string;
  /** Every record says how many modules its build has for this worker, in place of the version of the browser. */
  showsModules?: true;
  /** Every record has these values in place of its own. */
  instead?: Partial<Attempt>;
}

/** A worker of light attempts as a process. */
export class LightWorker {
  readonly name: string;
  readonly lines: string[] = [];
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor(options: LightWorkerOptions) {
    this.name = options.name;
    const file = join(import.meta.dirname, 'light-worker.ts');
    this.#child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.exited = once(this.#child, 'exit');
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(line));
    atFileEnd(async () => {
      this.signal('SIGKILL');
      await this.exited;
    });
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The signal that ended it. */
  get endedBy(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

export interface LightRun {
  url: string;
  /** As of the workers. */
  folder: string;
  lostAfterMs: number;
  seed?: number;
  version?: string;
  facts?: () => RunFacts;
  repeats?: number;
  slots?: number;
  signal?: AbortSignal;
  resumed?: RunInfo;
  observer?: RunObserver;
  evidence?: EvidenceCarrier;
  say?(line: string): void;
  /** Gets what a person sees at a terminal while the run goes on. */
  watched?: ((text: string) => void) | undefined;
}

/** A run whose attempts are made by workers, into the store of the home of this process. */
export async function runOnWorkers(
  plan: readonly PlannedCell[],
  { url, folder, lostAfterMs, seed = 1, version = 'test', repeats = 3, slots = 1_000, ...rest }: LightRun,
): Promise<ExecutedRun> {
  const {
    signal,
    resumed,
    observer,
    watched,
    facts = factsInEffect,
    say = () => {},
    evidence = openEvidence(join(folder, 'evidence'), {}),
  } = rest;
  const link = await FleetLink.open(url, say);
  const maker = await FleetAttempts.open(link, { evidence, version, facts, lostAfterMs, say });
  const terminal = {
    ...{ progress: watched ?? say, result: () => {}, live: watched !== undefined, width: 80, progressWidth: 80 },
    colors: picocolors.createColors(false),
  };
  try {
    return await executeRun(plan, {
      ...{
        slots,
        seed,
        part: null,
        chosen: watched ? [{ name: 'list', target: '' }] : [],
        terminal,
        fleet: { maker, repeats, resumed },
      },
      ...(signal && { signal }),
      ...(observer && { observe: () => observer }),
      complain: (trouble) => {
        throw trouble;
      },
    });
  } finally {
    await link.close();
  }
}

/** The ids and codes of the attempts of a run that are in the store. */
export async function storedAttempts(runId: string) {
  const store = await openStore(home('store.sqlite'));
  try {
    return await Array.fromAsync(store.attempts.read({ runId }), ({ cell, attempt }) => ({ cell, ...attempt }));
  } finally {
    await store.close();
  }
}
