import type { BuildFinding, Tried } from '../../contracts/build-finding.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import { takeProcessLock } from '../../install/process-lock.ts';
import type { LiveBuild, LiveBuilds } from '../../store/live-builds.ts';
import { nextRequest, SiteRefusal, SiteUnreachable } from '../../surface/capture/fetch-page.ts';
import { type FindOptions, findBuild, type SeenPage } from './find-build.ts';
import { afterLook, type LookPace } from './next-look.ts';

/** How a build is tried. Each ends early when the signal is aborted, and what it gives then does not count. */
export interface BuildTrials {
  /** Attempts of the matrix on a replica of the capture. */
  replay(finding: BuildFinding, signal: AbortSignal): Promise<Tried>;
  /** Attempts on the live site, as many as the policy allows. @throws TroubleError where the accounts cannot be used */
  attemptLive(finding: BuildFinding, signal: AbortSignal): Promise<Tried>;
}

export interface LookOptions extends Omit<FindOptions, 'takesIncomplete' | 'now'> {
  /** One request for the page at most. @throws TroubleError where there is none */
  look(): Promise<SeenPage>;
  /** How often the live site is looked at; null for saved pages, which can be looked at any time. */
  pace: LookPace | null;
  /** Looks although the next look is not due. */
  forced: boolean;
  trials: BuildTrials;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  jitter(): number;
  say(line: string): void;
  signal: AbortSignal;
}

/** What one look led to. */
export type LookResult =
  | { kind: 'found'; build: LiveBuild }
  /** The build was seen before. */
  | { kind: 'known'; build: string }
  /** The live site is not looked at before `until`, in milliseconds since 1970. */
  | { kind: 'not-due'; until: number }
  /** `offline`: nothing answered. */
  | { kind: 'failed'; trouble: string; until: number; offline: boolean }
  | { kind: 'stopped' };

/** Captures of a build that are not complete before one is better than none. */
const patience = 2;

/**
 * Goes on with the build whose finding is not complete, else looks for a new one and follows it to its finding. What is done is written
 * down step by step, so that the next call goes on where this one ended.
 */
export async function lookOnce(options: LookOptions): Promise<LookResult> {
  const { builds, say } = options;
  const begun = await builds.unfinished();
  if (begun) {
    say(`going on with ${begun.build}, of which this is done: ${begun.step}`);
    return follow(begun, options);
  }
  const looks = await builds.looks();
  if (options.pace && !options.forced && looks && options.now() < looks.nextAt)
    return { kind: 'not-due', until: looks.nextAt };
  const found = await lookFor(options);
  if ('kind' in found) return found;
  say(`${found.build} is new`);
  return follow(found, options);
}

/** A new build that is captured and compared, or why there is none. No other process captures in the meantime. */
export async function lookFor(
  options: Omit<LookOptions, 'trials' | 'forced' | 'signal'> & { signal?: AbortSignal },
): Promise<LiveBuild | LookResult> {
  const { look, pace, builds, kept, jitter, signal } = options;
  const before = await builds.looks();
  const release = takeProcessLock(kept.lockFile);
  let seen: SeenPage | null = null;
  try {
    if (release === null) throw new TroubleError('another capture is under way; wait for its end');
    seen = await look();
    // A saved page does not change.
    const takesIncomplete = pace === null || kept.vainReadsOf(seen.build) >= patience;
    const found = await findBuild(seen, { ...options, takesIncomplete, now: options.now() });
    const end = { at: options.now(), build: seen.build };
    if (pace) await builds.keepLooks(afterLook(before, end, pace, jitter()));
    return found ?? { kind: 'known', build: seen.build };
  } catch (error) {
    if (error instanceof TroubleError && signal?.aborted) return { kind: 'stopped' };
    if (!(error instanceof TroubleError) || !pace) throw error;
    const at = options.now();
    const asked = kept.askedAt !== null && kept.page?.at !== kept.askedAt ? nextRequest(kept) : 0;
    const notBefore = Math.max(asked, error instanceof SiteRefusal ? at + error.waitMs : 0);
    const after = afterLook(before, { at, trouble: error.message, notBefore }, pace, jitter());
    await builds.keepLooks(after);
    if (seen) kept.keepVainRead(seen.build);
    const offline = error instanceof SiteUnreachable;
    return { kind: 'failed', trouble: error.message, until: after.nextAt, offline };
  } finally {
    release?.();
  }
}

async function follow(begun: LiveBuild, { builds, trials, signal, say }: LookOptions): Promise<LookResult> {
  if (signal.aborted) return { kind: 'stopped' };
  let now = begun;
  const keep = async (step: LiveBuild['step'], more: Partial<BuildFinding>) => {
    now = { ...now, step, finding: { ...now.finding, ...more } };
    await builds.keep(now);
  };
  if (now.step === 'compared') {
    const replayed = await trials.replay(now.finding, signal);
    if (signal.aborted) return { kind: 'stopped' };
    await keep('replayed', { replayed, worse: await worseThanBefore(builds, { ...now.finding, replayed }) });
  }
  // What is known by then does not wait for a database of accounts.
  const live = await trials.attemptLive(now.finding, signal).catch((error: unknown): Tried => {
    if (!(error instanceof TroubleError)) throw error;
    say(`no attempt on the live site: ${error.message}`);
    return { run: null, note: 'no attempt on the live site: its accounts cannot be used now', flows: [] };
  });
  if (signal.aborted) return { kind: 'stopped' };
  await keep('found', { live, worse: await worseThanBefore(builds, { ...now.finding, live }) });
  return { kind: 'found', build: now };
}

/** Completes the finding of a build that was tried by something else than a look. */
export async function completeFinding(
  builds: LiveBuilds,
  begun: LiveBuild,
  tried: { replayed: Tried; live: Tried },
): Promise<void> {
  const finding = { ...begun.finding, ...tried };
  const worse = await worseThanBefore(builds, finding);
  await builds.keep({ ...begun, step: 'found', finding: { ...finding, worse } });
}

async function worseThanBefore(
  builds: LiveBuilds,
  { before, replayed, live }: BuildFinding,
): Promise<BuildFinding['worse']> {
  const earlier = (await builds.of(before))?.finding;
  return [
    ...worseThan(earlier?.replayed, replayed).map((each) => ({ ...each, on: 'replica' as const })),
    ...worseThan(earlier?.live, live).map((each) => ({ ...each, on: 'live' as const })),
  ];
}

/** What passed before and does not pass any more. */
function worseThan(before: Tried | null | undefined, now: Tried | null): { library: string; flow: string }[] {
  const { flows } = now ?? { flows: [] };
  const passedBefore = new Set(
    before?.flows
      .filter(({ failed, passed }) => failed === 0 && passed > 0)
      .map(({ library, flow }) => `${library} ${flow}`),
  );
  return flows
    .filter(({ library, flow, failed }) => failed > 0 && passedBefore.has(`${library} ${flow}`))
    .map(({ library, flow }) => ({ library, flow }));
}
