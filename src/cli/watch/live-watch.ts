import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import semver from 'semver';
import {
  type BuildFinding,
  isWhole,
  losesSomething,
  type Tried,
  takesSomething,
} from '../../contracts/build-finding.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { takeProcessLock } from '../../install/process-lock.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { type LivePolicy, readLivePolicy } from '../../live/live-policy.ts';
import type { LiveTables } from '../../live/tables.ts';
import type { TonightsPage } from '../../nightly/night-settings.ts';
import { readMatrix, resolvedPlan } from '../../runs/read-plan.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import type { LiveBuilds } from '../../store/live-builds.ts';
import type { Store } from '../../store/open-store.ts';
import { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import { type LiveSite, realClock } from '../../surface/capture/live-site.ts';
import type { CheckedVersion } from '../../surface/compare-build.ts';
import { libraryIndex } from '../../surface/library-index.ts';
import { lookAtFiles, lookAtSite } from '../../watch/builds/find-build.ts';
import { type BuildTrials, type LookResult, lookFor, lookOnce } from '../../watch/builds/look-once.ts';
import { matrixOnBuild } from '../../watch/builds/matrix-on-build.ts';
import { notifyBuilds } from '../../watch/builds/notify-builds.ts';
import { triedOf } from '../../watch/builds/tried-flows.ts';
import { buildSentence } from '../../words/build-finding.ts';
import { embeddedDatabase } from '../options/service-database.ts';
import { readTrusted } from '../surface/capture-command.ts';
import { runWithReport } from './run-with-report.ts';

/** Where the page comes from, and how a new build is tried. */
export interface LiveWatchOptions {
  /** Saved files in place of the live site. */
  from?: string | undefined;
  force?: boolean | undefined;
  connectTo?: { host: string; port: number } | undefined;
  /** A file with a certificate as PEM. */
  trust?: string | undefined;
  webhook?: string | undefined;
  /** Milliseconds after which attempts on one build are ended, on the replica and on the live site each. */
  budgetMs: number;
  /** Milliseconds between two looks; that of the policy when left out. */
  everyMs?: number | undefined;
  /** Of the pool of live accounts. */
  database?: string | undefined;
  profiles?: string | undefined;
  /** Which versions are checked and attempted; those of the matrix when left out. */
  library?: readonly string[] | undefined;
  config?: string | undefined;
  /** Options of `run` for the attempts on the replica. */
  runOptions: readonly string[];
  say(line: string): void;
  signal: AbortSignal;
}

/**
 * One look: goes on with a build that was begun, else looks for a new one, and sends what it found.
 *
 * @throws InputError for wrong options and saved pages that are none; TroubleError while another look is under way
 */
export async function lookForBuild(store: Store, options: LiveWatchOptions): Promise<ExitCode> {
  const { say, signal, webhook } = options;
  const release = takeProcessLock(home('watch', 'live.lock'));
  if (release === null) throw new TroubleError('another look for new builds is under way on this machine');
  try {
    const versions = versionsOnce(options);
    const trials = trialsOf(versions, readLivePolicy(), options);
    const result = await lookOnce({ ...lookOptions(store.liveBuilds, options, versions), trials, signal });
    say(resultWords(result));
    if (signal.aborted) return exitCode.trouble;
    await sendFindings(store, webhook, say);
    return exitOf(result);
  } finally {
    release();
  }
}

/** Sends the findings that no webhook has accepted yet. */
export async function sendFindings(
  { liveBuilds }: Store,
  webhook: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const trouble = await notifyBuilds(webhook ?? null, liveBuilds, Date.now());
  if (trouble !== null) say(`the webhook was not notified and will be: ${trouble}`);
}

/** The page of tonight for `nightly`, and what it changes; the attempts are those of the night. */
export async function captureTonight({ liveBuilds }: Store, options: PageOptions): Promise<TonightsPage> {
  const release = takeProcessLock(home('watch', 'live.lock'));
  if (release === null)
    return left(exitCode.asExpected, 'left out: `watch --live` looks for new builds on this machine at this moment');
  try {
    const result = await lookFor(lookOptions(liveBuilds, options, versionsOnce(options)));
    if (!('kind' in result)) {
      const { finding } = result;
      const read = finding.capture.complete ? exitCode.asExpected : exitCode.inconclusive;
      const exit = takesSomething(finding) ? exitCode.unexpected : read;
      return { file: finding.capture.file, result: { exit, sentence: buildSentence(finding), details: [] } };
    }
    if (result.kind === 'failed') return left(result.offline ? exitCode.asExpected : exitCode.trouble, result.trouble);
    const known = result.kind === 'known' ? await liveBuilds.of(result.build) : null;
    const file = known?.finding.capture.file ?? null;
    return { ...left(exitCode.asExpected, resultWords(result)), file: file !== null && existsSync(file) ? file : null };
  } finally {
    release();
  }
}

function left(exit: ExitCode, sentence: string): TonightsPage {
  return { file: null, result: { exit, sentence, details: [] } };
}

/** Where the page comes from, and which versions are checked. */
type PageOptions = Pick<
  LiveWatchOptions,
  'from' | 'force' | 'connectTo' | 'trust' | 'everyMs' | 'library' | 'config' | 'say'
>;

function lookOptions(builds: LiveBuilds, options: PageOptions, versions: () => Promise<string[]>) {
  const { from, say, everyMs, force: forced = false } = options;
  const policy = readLivePolicy();
  const folder = captureFolder(options);
  const kept = new KeptScripts(folder);
  const site = from === undefined ? siteOf(options) : null;
  const { firstWait, longestWait } = policy.site;
  return {
    builds,
    kept,
    folder: home('captures'),
    look: async () => (site ? lookAtSite(site, kept, { forced, say }) : lookAtFiles(from as string, Date.now())),
    pace: site ? { every: everyMs ?? policy.builds.every, firstWait, longestWait } : null,
    versions: async () => checkedVersions(await versions(), say),
    forced,
    now: Date.now,
    jitter: Math.random,
    say,
  };
}

function versionsOnce(options: Pick<LiveWatchOptions, 'library' | 'config' | 'say'>): () => Promise<string[]> {
  let labels: Promise<string[]> | undefined;
  return () => {
    labels ??= versionsOf(options);
    return labels;
  };
}

/** A look that ends without a word in the store is not made again before this time is over. */
const pauseMs = 60_000;

/** When the next look is due, in milliseconds since 1970. */
export async function nextLookAt({ liveBuilds }: Store, lastEndedAt: number | null): Promise<number> {
  const begun = await liveBuilds.unfinished();
  const due = begun ? 0 : ((await liveBuilds.looks())?.nextAt ?? 0);
  return Math.max(due, lastEndedAt === null ? 0 : lastEndedAt + pauseMs);
}

/** What stands in for the live site is kept apart from it, the findings too. @throws InputError where both would be in one home folder */
function captureFolder({ connectTo, from }: Pick<LiveWatchOptions, 'connectTo' | 'from'>): string {
  const [live, standIn] = [home('capture'), home('capture', 'stand-in')];
  const [own, other] = connectTo ? [standIn, live] : [live, standIn];
  if (from === undefined && new KeptScripts(other).askedAt !== null)
    throw new InputError(
      `--connect-to: ${other} has pages of ${connectTo ? 'the live site' : 'what stood in for it'}, and findings about both would be mixed; set WWEBJS_CANARY_HOME to another folder`,
    );
  makeFolder(own);
  return own;
}

function siteOf({ connectTo, trust }: Pick<LiveWatchOptions, 'connectTo' | 'trust'>): LiveSite {
  return {
    ...realClock,
    ...(connectTo && { connectTo }),
    ...(trust !== undefined && { trusted: readTrusted(trust) }),
  };
}

/** From old to new. @throws InputError as `resolvedPlan` */
async function versionsOf({
  library,
  config,
  say,
}: Pick<LiveWatchOptions, 'library' | 'config' | 'say'>): Promise<string[]> {
  const plan = await resolvedPlan({ ...(library && { library }), ...(config !== undefined && { config }) }, say);
  const labels = [...new Set(plan.map(({ cell }) => cell.library))];
  return labels.sort((a, b) =>
    semver.valid(a) && semver.valid(b)
      ? semver.compareBuild(a, b)
      : Number(!semver.valid(a)) - Number(!semver.valid(b)),
  );
}

/** What the source of each version says; one that is not there is installed. */
async function checkedVersions(versions: readonly string[], say: (line: string) => void): Promise<CheckedVersion[]> {
  const checked: CheckedVersion[] = [];
  for (const library of versions) {
    const { packageDir } = await ensureLibrary(library, say, 'source');
    checked.push({ library, index: libraryIndex(packageDir) });
  }
  return checked;
}

function trialsOf(
  versions: () => Promise<readonly string[]>,
  policy: LivePolicy,
  options: LiveWatchOptions,
): BuildTrials {
  return {
    replay: async (finding, signal) => {
      const config = home('watch', 'matrix.json');
      makeFolder(dirname(config));
      writeFileSync(config, JSON.stringify(matrixOnBuild(readMatrix(options.config), finding.build)));
      const args = [
        ...options.runOptions,
        ...[`--config=${config}`, `--library=${(await versions()).join()}`, `--build=captured:${finding.capture.file}`],
      ];
      return triedIn(args, finding.build, options.budgetMs, signal);
    },
    attemptLive: async (finding, signal) => {
      const none = (note: string): Tried => ({ run: null, note: `no attempt on the live site: ${note}`, flows: [] });
      const why = await whyNotLive(policy, options);
      if (why !== null) {
        options.say(`no attempt on the live site: ${why}`);
        return none(why);
      }
      const { database, profiles } = options;
      const chosen = mostTouched(finding).slice(0, policy.builds.attempts);
      const args = [
        ...['--target=live', '--flow=restore-to-ready', `--library=${chosen.join()}`],
        ...(database === undefined ? [] : [`--database=${database}`]),
        ...(profiles === undefined ? [] : [`--profiles=${profiles}`]),
      ];
      return triedIn(args, finding.build, options.budgetMs, signal);
    },
  };
}

/** Why no attempt is made on the live site; null where some can be. */
async function whyNotLive({ builds }: LivePolicy, options: LiveWatchOptions): Promise<string | null> {
  if (builds.attempts === 0) return 'the policy allows none on a new build';
  if (options.connectTo) return 'what is watched stands in for it';
  if (options.from !== undefined) return 'what is watched are saved pages';
  const database = await openDatabase<LiveTables>(options.database ?? embeddedDatabase());
  try {
    const active = database.kysely.selectFrom('live_accounts').select('name').where('state', '=', 'active');
    const first = await active.executeTakeFirst();
    return first ? null : 'there is no account that is active; `wwebjs-canary account add` links one';
  } finally {
    await database.close();
  }
}

/** Versions that the build takes something from, then the others; newest first. */
function mostTouched({ versions }: BuildFinding): string[] {
  const newestFirst = versions.toReversed();
  const touched = newestFirst.filter(losesSomething);
  return [...touched, ...newestFirst.filter((version) => !touched.includes(version))].map(({ library }) => library);
}

/** A run, and what its attempts say of versions on the build. */
async function triedIn(args: readonly string[], build: string, budgetMs: number, signal: AbortSignal): Promise<Tried> {
  const options = { budgetMs, signal, sharesGroup: true };
  const { end, report } = await runWithReport(args, 'last-live-run.json', options);
  if (!report) {
    return { run: null, note: `no attempt was made: the run ended with ${end.exitCode ?? 'a signal'}`, flows: [] };
  }
  const tried = triedOf(report, build);
  const note = [tried.note, end.cut ? 'attempts took longer than the budget' : null].filter((each) => each !== null);
  return { ...tried, note: note.length === 0 ? null : note.join('; ') };
}

function resultWords(result: LookResult): string {
  const time = (ms: number) => new Date(ms).toISOString();
  switch (result.kind) {
    case 'found':
      return buildSentence(result.build.finding);
    case 'known':
      return `${result.build} was seen before: nothing is new`;
    case 'not-due':
      return `the live site is not asked before ${time(result.until)}`;
    case 'failed':
      return `no page of the live site: ${result.trouble}; it is asked again from ${time(result.until)} on`;
    case 'stopped':
      return 'stopped; the next look goes on with this build';
  }
}

function exitOf(result: LookResult): ExitCode {
  if (result.kind === 'failed' || result.kind === 'stopped') return exitCode.trouble;
  if (result.kind !== 'found') return exitCode.asExpected;
  const { finding } = result.build;
  if (takesSomething(finding)) return exitCode.unexpected;
  return isWhole(finding) ? exitCode.asExpected : exitCode.inconclusive;
}
