import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findBundledBrowser } from '../../browser/bundled-browsers.ts';
import { type BuildFinding, losesSomething, type Tried } from '../../contracts/build-finding.ts';
import { home } from '../../contracts/home.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import type { LivePolicy } from '../../live/live-policy.ts';
import type { LiveTables } from '../../live/tables.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import { readMatrix } from '../../runs/read-plan.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import type { BuildTrials } from '../../watch/builds/look-once.ts';
import { matrixOnBuild } from '../../watch/builds/matrix-on-build.ts';
import { triedOf } from '../../watch/builds/tried-flows.ts';
import type { ChildOptions } from '../../watch/run-in-child.ts';
import { embeddedDatabase } from '../options/service-database.ts';
import { runWithReport } from './run-with-report.ts';

export interface TrialOptions {
  /** Why nothing is attempted on the live site, whatever accounts there are; null where something can be. */
  notLive: string | null;
  /** Milliseconds after which attempts on one build are ended, on the replica and on the live site each. */
  budgetMs: number;
  /** Of the pool of live accounts. */
  database?: string | undefined;
  profiles?: string | undefined;
  browser?: readonly string[] | undefined;
  config?: string | undefined;
  /** Options of `run` for the attempts on the replica. */
  runOptions: readonly string[];
  say(line: string): void;
}

/** Attempts on a build as runs, each a process of its own. */
export function trialsOf({ builds }: LivePolicy, options: TrialOptions): BuildTrials {
  return {
    replay: async (finding, signal) => {
      const versions = finding.versions.map(({ library }) => library);
      if (versions.length === 0) return none('on a replica of it: no version could be read');
      const config = home('watch', 'matrix.json');
      makeFolder(dirname(config));
      writeFileSync(config, JSON.stringify(matrixOnBuild(readMatrix(options.config), finding.build)));
      const args = [
        ...options.runOptions,
        ...[`--config=${config}`, `--library=${versions.join()}`, `--build=captured:${finding.capture.file}`],
      ];
      return triedIn(args, finding.build, { budgetMs: options.budgetMs, signal });
    },
    attemptLive: async (finding, signal) => {
      const { database, profiles } = options;
      const numbers = options.notLive === null && builds.attempts > 0 ? await activeNumbers(database) : 0;
      const { why, libraries, flows } = await livePlan(finding, builds, options.notLive, numbers);
      if (why !== null) {
        options.say(`no attempt on the live site: ${why}`);
        return none(`on the live site: ${why}`);
      }
      const browser = liveBrowser(options.browser);
      const args = [
        ...['--target=live', `--flow=${flows.join()}`, `--library=${libraries.join()}`],
        ...(browser === null ? [] : [`--browser=${browser}`]),
        ...(database === undefined ? [] : [`--database=${database}`]),
        ...(profiles === undefined ? [] : [`--profiles=${profiles}`]),
      ];
      // The accounts are here, also where the variables name a queue.
      const { WWEBJS_CANARY_QUEUE: _queue, WWEBJS_CANARY_EVIDENCE: _evidence, ...env } = process.env;
      return triedIn(args, finding.build, { budgetMs: options.budgetMs, signal, env });
    },
  };
}

const none = (why: string): Tried => ({ run: null, note: `no attempt ${why}`, flows: [] });

/** How many different numbers have an account that is active. @throws TroubleError */
async function activeNumbers(address = embeddedDatabase()): Promise<number> {
  const database = await openDatabase<LiveTables>(address);
  try {
    const active = database.kysely.selectFrom('live_accounts').select('number_key').where('state', '=', 'active');
    return (await active.distinct().execute()).length;
  } finally {
    await database.close();
  }
}

/** What is attempted on the live site, each version in each flow; `why` not, where nothing is. */
interface LivePlan {
  why: string | null;
  libraries: string[];
  flows: string[];
}

/**
 * As many attempts as the policy allows on a new build: flows for which there are accounts, with the versions that the build takes most from.
 *
 * @param numbers how many different numbers have an active account
 */
export async function livePlan(
  finding: Pick<BuildFinding, 'versions'>,
  { attempts, flows }: LivePolicy['builds'],
  notLive: string | null,
  numbers: number,
): Promise<LivePlan> {
  const not = (why: string): LivePlan => ({ why, libraries: [], flows: [] });
  if (attempts === 0) return not('the policy allows none on a new build');
  if (notLive !== null) return not(notLive);
  if (numbers === 0) return not('there is no account that is active; `wwebjs-canary account add` links one');
  const loaded = await Promise.all(flows.map((name) => loadFlow(name, 'live')));
  const possible = loaded.filter(({ liveAccounts = 1 }) => liveAccounts <= numbers).slice(0, attempts);
  if (possible.length === 0) return not(`${flows.join(', ')} needs accounts of two numbers, and one number is active`);
  const libraries = mostTouched(finding).slice(0, Math.floor(attempts / possible.length));
  if (libraries.length === 0) return not('no version could be read');
  return { why: null, libraries, flows: possible.map(({ name }) => name) };
}

/** Versions that the build takes something from, then the others; newest first. */
function mostTouched({ versions }: Pick<BuildFinding, 'versions'>): string[] {
  const newestFirst = versions.toReversed();
  const touched = newestFirst.filter(losesSomething);
  return [...touched, ...newestFirst.filter((version) => !touched.includes(version))].map(({ library }) => library);
}

/** The browser of the live attempts, of those that are asked for; null for `current`. One of npm besides it may be too old for a profile. */
export function liveBrowser(asked: readonly string[] = []): string | null {
  if (asked.includes('current')) return null;
  return asked.find((name) => findBundledBrowser(name) === null) ?? null;
}

/** A run, and what its attempts say of versions on the build. */
async function triedIn(args: readonly string[], build: string, options: ChildOptions): Promise<Tried> {
  const { end, report } = await runWithReport(args, 'last-live-run.json', { ...options, sharesGroup: true });
  if (!report) {
    return { run: null, note: `no attempt was made: the run ended with ${end.exitCode ?? 'a signal'}`, flows: [] };
  }
  const tried = triedOf(report, build);
  const note = [tried.note, end.cut ? 'attempts took longer than the budget' : null].filter((each) => each !== null);
  return { ...tried, note: note.length === 0 ? null : note.join('; ') };
}
