import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import semver from 'semver';
import { type BuildFinding, isWhole, takesSomething } from '../../contracts/build-finding.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { takeProcessLock } from '../../install/process-lock.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { readLivePolicy } from '../../live/live-policy.ts';
import type { TonightsPage } from '../../nightly/night-settings.ts';
import { resolvedPlan } from '../../runs/read-plan.ts';
import type { Store } from '../../store/open-store.ts';
import { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import { type LiveSite, realClock } from '../../surface/capture/live-site.ts';
import type { CheckedVersion } from '../../surface/compare-build.ts';
import { libraryIndex } from '../../surface/library-index.ts';
import { lookAtFiles, lookAtSite, type ReadVersions } from '../../watch/builds/find-build.ts';
import { type LookResult, lookFor, lookOnce } from '../../watch/builds/look-once.ts';
import { notifyBuilds } from '../../watch/builds/notify-builds.ts';
import type { Clock, WatchOptions } from '../../watch/watch.ts';
import { buildSentence } from '../../words/build-finding.ts';
import { checkStopSwitch, stopSwitch } from '../live/stop-switch.ts';
import { readTrusted } from '../surface/capture-command.ts';
import { trialsOf } from './build-trials.ts';

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
  browser?: readonly string[] | undefined;
  config?: string | undefined;
  /** Options of `run` for the attempts on the replica. */
  runOptions: readonly string[];
  say(line: string): void;
  signal: AbortSignal;
}

/**
 * One look: goes on with a build that was begun, else looks for a new one, and sends what it found.
 *
 * @throws InputError for wrong options and saved pages that are none; TroubleError while another look is under way or a person has
 * stopped the pool
 */
export async function lookForBuild(store: Store, options: LiveWatchOptions): Promise<ExitCode> {
  const { say, signal } = options;
  const release = takeProcessLock(home('watch', 'live.lock'));
  if (release === null) throw new TroubleError('another look for new builds is under way on this machine');
  try {
    if (options.from === undefined) await checkStopSwitch(options);
    await keepSitesApart(store, options);
    const trials = trialsOf(readLivePolicy(), { ...options, notLive: whyNotLive(options) });
    const result = await lookOnce({ ...lookOptions(store, options), trials, signal });
    say(resultWords(result));
    if (signal.aborted) return exitCode.trouble;
    const looks = options.from === undefined ? await store.liveBuilds.looks() : null;
    if (looks && (result.kind === 'found' || result.kind === 'known'))
      say(`the next look is due at ${new Date(looks.nextAt).toISOString()}`);
    await sendFindings(store, options, Date.now());
    return exitOf(result);
  } finally {
    release();
  }
}

/** Sends the findings that no webhook has accepted yet. Without a webhook they stay unsent. */
async function sendFindings(
  store: Pick<Store, 'liveBuilds' | 'savedBuilds'>,
  { webhook, say }: Pick<LiveWatchOptions, 'webhook' | 'say'>,
  now: number,
): Promise<void> {
  if (webhook === undefined) return;
  const trouble = await notifyBuilds(webhook, store, now);
  if (trouble !== null) say(`the webhook was not notified and will be: ${trouble}`);
}

/** The page of tonight for `nightly`, and what it changes; the attempts are those of the night. */
export async function captureTonight(store: Store, options: PageOptions): Promise<TonightsPage> {
  const release = takeProcessLock(home('watch', 'live.lock'));
  if (release === null)
    return left(exitCode.asExpected, 'left out: `watch --live` looks for new builds on this machine at this moment');
  try {
    if (options.from === undefined) await checkStopSwitch(options);
    await keepSitesApart(store, options);
    const result = await lookFor(lookOptions(store, options));
    if (!('kind' in result)) {
      const { finding } = result;
      const read =
        finding.capture.complete && finding.unread.length === 0 ? exitCode.asExpected : exitCode.inconclusive;
      const exit = takesSomething(finding) ? exitCode.unexpected : read;
      return { file: finding.capture.file, result: { exit, sentence: buildSentence(finding), details: [] } };
    }
    if (result.kind === 'failed') return left(result.offline ? exitCode.asExpected : exitCode.trouble, result.trouble);
    const known = result.kind === 'known' ? await store.liveBuilds.of(result.build) : null;
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
  'from' | 'force' | 'connectTo' | 'trust' | 'everyMs' | 'library' | 'config' | 'say' | 'database'
> & { signal?: AbortSignal };

function lookOptions({ liveBuilds, savedBuilds }: Store, options: PageOptions) {
  const { from, say, everyMs, force: forced = false } = options;
  const policy = readLivePolicy();
  const folder = options.connectTo ? home('capture', 'stand-in') : home('capture');
  makeFolder(folder);
  const kept = new KeptScripts(folder);
  const site = from === undefined ? siteOf(options) : null;
  const { firstWait, longestWait } = policy.site;
  return {
    builds: site ? liveBuilds : savedBuilds,
    kept,
    fileOf: (build: string) => home('captures', site ? `${build}.json` : `${build}.saved.json`),
    look: async () => (site ? lookAtSite(site, kept, { forced, say }) : lookAtFiles(from as string, Date.now())),
    pace: site ? { every: everyMs ?? policy.builds.every, firstWait, longestWait } : null,
    versions: async (takesIncomplete: boolean) => readVersions(await versionsOf(options), takesIncomplete, say),
    forced,
    now: Date.now,
    jitter: Math.random,
    say,
  };
}

/** A look that ends without a word in the store is not made again before this time is over. */
const pauseMs = 60_000;

/** The schedule of looks, for `watch`: when each is due, and what is sent after it and while waiting. */
export function scheduleOfLooks(
  store: Store,
  { everyMs, clock, ...options }: Pick<LiveWatchOptions, 'webhook' | 'say'> & { everyMs: number; clock: Clock },
): Pick<WatchOptions, 'everyMs' | 'clock' | 'schedules' | 'next' | 'notify' | 'say'> {
  return {
    ...{ everyMs, clock, schedules: store.liveSchedules, say: options.say },
    next: async (schedule) => {
      const startAt = await nextLookAt(store, schedule?.lastEndedAt ?? null);
      return { dueAt: startAt, startAt, missed: 0 };
    },
    notify: () => sendFindings(store, options, clock.now()),
  };
}

/** When the next look is due, in milliseconds since 1970. */
async function nextLookAt({ liveBuilds }: Store, lastEndedAt: number | null): Promise<number> {
  const begun = await liveBuilds.unfinished();
  const due = begun ? 0 : ((await liveBuilds.looks())?.nextAt ?? 0);
  return Math.max(due, lastEndedAt === null ? 0 : lastEndedAt + pauseMs);
}

/**
 * All findings of a store are of the live site, or all are of what `--connect-to` names: a file that the first look writes says which.
 *
 * @throws InputError for a look at the other one
 */
async function keepSitesApart(
  { liveBuilds }: Store,
  { connectTo, from }: Pick<LiveWatchOptions, 'connectTo' | 'from'>,
): Promise<void> {
  if (from !== undefined) return;
  const mark = home('watch', 'stand-in');
  const isFirst = (await liveBuilds.looks()) === null && (await liveBuilds.newest(1)).length === 0;
  if (isFirst) {
    if (connectTo) writeFileSync(mark, '');
    else rmSync(mark, { force: true });
  } else if (existsSync(mark) !== (connectTo !== undefined)) {
    const [option, site] = connectTo ? ['--connect-to: ', 'the live site'] : ['', 'what --connect-to named'];
    throw new InputError(
      `${option}the looks of ${home()} are at ${site}, and findings about both would be mixed; set WWEBJS_CANARY_HOME to another folder`,
    );
  }
}

function siteOf({ connectTo, trust, signal, database }: PageOptions): LiveSite {
  return {
    ...realClock,
    mayAsk: stopSwitch({ database }),
    // A wait for the next try ends with the process.
    ...(signal && { signal, sleep: (ms: number) => sleep(ms, undefined, { signal }).catch(() => {}) }),
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

/**
 * What the source of each version says; one that is not there is installed, and one that cannot be read is named as such.
 *
 * @throws TroubleError where one cannot be had at this moment, unless `takesIncomplete`
 */
async function readVersions(
  versions: readonly string[],
  takesIncomplete: boolean,
  say: (line: string) => void,
): Promise<ReadVersions> {
  const read: CheckedVersion[] = [];
  const unread: BuildFinding['unread'] = [];
  for (const library of versions) {
    try {
      const { packageDir } = await ensureLibrary(library, say, 'source');
      read.push({ library, index: libraryIndex(packageDir) });
    } catch (error) {
      const isLeftOut = error instanceof InputError || (error instanceof TroubleError && takesIncomplete);
      if (!isLeftOut) throw error;
      say(`${library} is left out: ${error.message}`);
      unread.push({ library, why: error.message });
    }
  }
  return { read, unread };
}

/** Why no account is used, whatever accounts there are. */
function whyNotLive({ connectTo, from }: LiveWatchOptions): string | null {
  if (connectTo) return 'what is watched stands in for it';
  return from === undefined ? null : 'what is watched are saved pages';
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
      return 'stopped; the next look goes on where this one ended';
  }
}

function exitOf(result: LookResult): ExitCode {
  if (result.kind === 'failed' || result.kind === 'stopped') return exitCode.trouble;
  if (result.kind !== 'found') return exitCode.asExpected;
  const { finding } = result.build;
  if (takesSomething(finding)) return exitCode.unexpected;
  return isWhole(finding) ? exitCode.asExpected : exitCode.inconclusive;
}
