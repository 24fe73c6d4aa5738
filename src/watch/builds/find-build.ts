import { renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BuildFinding } from '../../contracts/build-finding.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { Capture } from '../../contracts/capture.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { withOnlyCaptures } from '../../replica/builds/added-facts.ts';
import { buildDate } from '../../replica/builds/build-dates.ts';
import { readCapture } from '../../replica/builds/captured-build.ts';
import { touchedModules } from '../../replica/builds/read-build-data.ts';
import { resolveSurface, timelineOf } from '../../replica/builds/resolve-surface.ts';
import type { LiveBuild, LiveBuilds } from '../../store/live-builds.ts';
import { type CapturedPage, captureSurface } from '../../surface/capture/capture-surface.ts';
import { fetchHtml, fetchScripts } from '../../surface/capture/fetch-page.ts';
import { captureText } from '../../surface/capture/file-text.ts';
import { KeptReadings } from '../../surface/capture/kept-readings.ts';
import type { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import type { LiveSite } from '../../surface/capture/live-site.ts';
import { readSavedPage } from '../../surface/capture/read-saved-page.ts';
import { type CheckedVersion, compareBuild } from '../../surface/compare-build.ts';

/** A page of WhatsApp Web that was looked at. */
export interface SeenPage {
  build: string;
  /** The page with its scripts. @throws TroubleError where too many of them cannot be had */
  whole(): Promise<CapturedPage>;
}

/** Looks at the live site with one request; within an hour of the last one, the kept page counts. */
export async function lookAtSite(
  site: LiveSite,
  kept: KeptScripts,
  { forced = false, say }: { forced?: boolean; say: (line: string) => void },
): Promise<SeenPage> {
  const seen = await fetchHtml(site, kept, { forced, say, tries: 1 });
  return { build: seen.build, whole: () => fetchScripts(site, kept, seen, say) };
}

/** Looks at a saved page, as `readSavedPage` reads it. @throws InputError where there is none */
export function lookAtFiles(path: string, now: number): SeenPage {
  const page = readSavedPage(path, { dateOf: (build) => buildDate(build)?.date ?? null, now: new Date(now) });
  return { build: page.build, whole: async () => page };
}

/** The versions to check against a build. */
export interface ReadVersions {
  read: readonly CheckedVersion[];
  unread: BuildFinding['unread'];
}

export interface FindOptions {
  builds: LiveBuilds;
  kept: KeptScripts;
  /** The file of the capture of a build. */
  fileOf(build: string): string;
  /**
   * Asked for only when a build is new.
   *
   * @param takesIncomplete whether a version that cannot be had at this moment, as without a network, is left out
   * @throws TroubleError where it is not
   */
  versions(takesIncomplete: boolean): Promise<ReadVersions>;
  /** Whether a capture counts of which some scripts could not be read, and a finding that leaves out versions. */
  takesIncomplete: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Captures a build that was not seen before, compares it with the last one for every version, and writes down the finding. Null for a
 * build that was seen: nothing is captured again.
 *
 * @throws TroubleError where the capture fails or is not complete, which says nothing about the build
 */
export async function findBuild(seen: SeenPage, options: FindOptions): Promise<LiveBuild | null> {
  const { builds, now } = options;
  if ((await builds.of(seen.build)) !== null) return null;
  const { capture, file } = await captureOf(seen, options);
  const [previous] = await builds.newest(1);
  const versions = await options.versions(options.takesIncomplete);
  const finding = compareCapture(capture, file, previous?.finding.capture.file ?? null, versions);
  const found = { build: seen.build, seenAt: now, step: 'compared' as const, finding };
  await builds.keep(found);
  return { ...found, notifiedAt: null };
}

/** A capture in its file. Everything that is kept for the next one is that of this page. */
async function captureOf(
  { build, whole }: SeenPage,
  { kept, fileOf, takesIncomplete }: FindOptions,
): Promise<{ capture: Capture; file: string }> {
  const page = await whole();
  const readings = new KeptReadings(kept.readings);
  const capture = captureSurface(page, touchedModules(), readings);
  kept.keepReadings(readings.pieces());
  const { complete, share } = capture.names;
  const [first] = capture.findings;
  if (share.modules === 0 || (!complete && !takesIncomplete)) {
    const why = first === undefined ? 'its scripts have no modules' : `${first.script}: ${first.message}`;
    throw new TroubleError(`${build} could not be read completely (${capture.findings.length} findings): ${why}`);
  }
  const file = fileOf(build);
  makeFolder(dirname(file));
  writeFileSync(`${file}.part`, captureText(capture));
  renameSync(`${file}.part`, file);
  if (page.method === 'network') kept.keepOnly(new Set(page.scripts.map(({ name }) => name)));
  return { capture, file };
}

/**
 * What a capture changes for versions, and where it shows something else than the data says.
 *
 * @param previous the file of the capture before it; null for none, and then the newest build that is known counts
 */
function compareCapture(
  capture: Capture,
  file: string,
  previous: string | null,
  { read, unread }: ReadVersions,
): BuildFinding {
  const { build, date, complete, share } = capture.names;
  const last = previous === null || previous === file ? null : readPrevious(previous);
  const added = last ? [last] : [];
  const drift = withOnlyCaptures([], () => driftOf(capture));
  const before = withOnlyCaptures(added, () => resolveSurface(last?.capture.names.build ?? newestUpTo(build)));
  const compared = withOnlyCaptures([...added, { capture, file }], () =>
    compareBuild(before, resolveSurface(build), read),
  );
  return {
    ...{ schemaVersion: 1, build, date, before: before.build },
    capture: {
      ...{ file, complete, modules: share.modules, findings: capture.findings.length },
      ...(capture.standIn && { standIn: true as const }),
    },
    ...compared,
    ...{ unread, drift, replayed: null, live: null, worse: [] },
  };
}

/** Behaviours that a page shows and of which the data says otherwise. */
function driftOf({ names, behaviours }: Capture): BuildFinding['drift'] {
  const known = resolveSurface(names.build).behaviours;
  return Object.entries(behaviours).flatMap(([behaviour, seen]) => {
    const data = known[behaviour as keyof typeof known];
    return data === seen ? [] : [{ behaviour, data: String(data), seen: String(seen) }];
  });
}

/** Null where the file is gone or is no capture of this version. */
function readPrevious(file: string): { capture: Capture; file: string } | null {
  try {
    return { capture: readCapture(file), file };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** The newest build of which anything is known, or the build itself where that is newer. */
function newestUpTo(build: string): string {
  const { to } = timelineOf('comet').data.facts.known;
  return compareBuilds(parseBuild(to), parseBuild(build)) < 0 ? to : build;
}
