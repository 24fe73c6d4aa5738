import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { home } from '../contracts/home.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { beyondLimits, type Kept, type Limits, type RetentionPolicy, retentionFile } from '../contracts/retention.ts';
import type { ChosenReporter } from '../report/choose-reporters.ts';
import { columns } from '../report/fit-text.ts';
import { linkedFolder } from '../report/page-files.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { whileNoneReads } from '../store/reading.ts';

/** Readers take seconds; what they hold goes at the end of the next run. */
const patienceMs = 2_000;

/** A folder or file on its way out: renamed first, so that it is there wholly or not at all. */
const doomedPrefix = '.removed-';

/** Attempts that the store did not take are nowhere else. */
const notInStore = 'attempts-not-in-store.jsonl';

/** Where the HTML report of an earlier run is kept. */
export function reportFile(runId: string): string {
  const kept = keptReport(runId);
  return kept.endsWith('.html') ? kept : join(kept, 'index.html');
}

/** A page alone, or a folder with the page and the files that it links to. */
function keptReport(runId: string): string {
  const folder = home('reports', runId);
  return existsSync(folder) ? folder : `${folder}.html`;
}

/** Keeps the report that the next run would overwrite: only the one in the folder of this program, not where the user wanted one. */
export function keepReport(runId: string, written: readonly ChosenReporter[]): void {
  const report = home('report');
  const page = join(report, 'index.html');
  if (!written.some(({ name, target }) => name === 'html' && target === report) || !existsSync(page)) return;
  makeFolder(home('reports'));
  for (const attempt of names(join(report, linkedFolder))) {
    const linked = join(report, linkedFolder, attempt);
    // The page that linked to the others was overwritten.
    if (attempt.startsWith(runId)) keepFiles(linked, home('reports', runId, linkedFolder, attempt));
    else rmSync(linked, { recursive: true });
  }
  keepFile(page, reportFile(runId));
}

function keepFiles(from: string, to: string): void {
  makeFolder(to);
  for (const name of readdirSync(from)) keepFile(join(from, name), join(to, name));
}

/** The next report replaces the name, not the file behind it, so that a link to the file is enough. */
function keepFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Removes what the policy does not keep, unless it is being read. An error goes to `say`: it does not fail the run. */
export async function prune(
  store: Store,
  policy: RetentionPolicy,
  say: (line: string) => void,
  now = Date.now(),
): Promise<void> {
  try {
    const lines = await pruned(store, policy, now);
    for (const line of lines ?? ['earlier runs are being read: what is no longer kept is removed after the next run'])
      say(line);
  } catch (error) {
    say(`what is no longer kept could not be removed: ${(error as Error).message}`);
  }
}

/**
 * Removes the folders of runs that a worker need not keep: what is in them could not be sent to the evidence store. A home with a store is
 * left to its runs, which know what is still read.
 *
 * @param underWay runs of which the worker makes attempts now.
 * @returns what was removed, in words.
 */
export function pruneRunFolders(limits: Limits, underWay: ReadonlySet<string>, now = Date.now()): string[] {
  if (existsSync(home('store.sqlite'))) return [];
  const beyond = beyondLimits(keptEvidence(), limits, now).filter(({ id }) => !underWay.has(id));
  for (const { id } of beyond) rmSync(home('runs', id), { recursive: true, force: true });
  return removedLines(beyond, 'evidence folders');
}

/** What was removed, in words; null when it was being read. */
async function pruned(store: Store, policy: RetentionPolicy, now: number): Promise<string[] | null> {
  const isAny = (beyond: Everything) => Object.values<Kept[]>({ ...beyond }).some((each) => each.length > 0);
  if (!isAny(await beyondPolicy(store, policy, now))) return [];
  const removed = await whileNoneReads(store.file, patienceMs, async () => {
    // Looked at again: another command may have removed the same in the meantime.
    const beyond = await beyondPolicy(store, policy, now);
    const files = [
      ...beyond.evidence.map(({ id }) => home('runs', id)),
      ...beyond.reports.map(({ id }) => keptReport(id)),
      ...beyond.captures.map(({ id }) => home('captures', id)),
    ];
    for (const file of files) renameSync(file, join(dirname(file), `${doomedPrefix}${basename(file)}`));
    await store.retained.remove(beyond.attempts.map(({ id }) => id));
    return beyond;
  });
  if (removed === null) return null;
  // Also what an interrupted command left behind.
  for (const folder of [home('runs'), home('reports'), home('captures')]) {
    const doomed = names(folder).filter((name) => name.startsWith(doomedPrefix));
    for (const name of doomed) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return [
    ...removedLines(removed.attempts, 'attempts'),
    ...removedLines(removed.evidence, 'evidence folders'),
    ...removedLines(removed.reports, 'reports'),
    ...removedLines(removed.captures, 'captures'),
  ];
}

/** What the policy does not keep. The gate judges by attempts that are younger than `atLeast`: those stay. */
async function beyondPolicy(store: Store, policy: RetentionPolicy, now: number): Promise<Everything> {
  const { attempts, evidence, reports, captures } = await everythingKept(store, now);
  return {
    attempts: beyondLimits(attempts, policy.attempts, now).filter(({ at }) => now - at > policy.attempts.atLeast),
    evidence: beyondLimits(evidence, policy.evidence, now),
    reports: beyondLimits(reports, policy.reports, now),
    captures: beyondLimits(captures, policy.captures ?? {}, now),
  };
}

function removedLines(removed: readonly Kept[], what: string): string[] {
  const last = removed.at(-1);
  if (!last) return [];
  const { number, bytes } = sum(removed);
  return [`removed ${number} ${what} up to ${day(last.at)} (${megabytes(bytes)}), as the retention policy says`];
}

interface Everything {
  attempts: Kept[];
  evidence: Kept[];
  reports: Kept[];
  captures: Kept[];
}

async function everythingKept(store: Store, now: number): Promise<Everything> {
  const unfinished = new Set(await store.retained.unfinished(now));
  const inUse = await capturesInUse(store);
  return {
    attempts: await store.retained.runs(now),
    evidence: keptEvidence().filter(({ id }) => !unfinished.has(id)),
    reports: keptReports(),
    captures: keptCaptures().filter(({ id }) => !inUse.has(id)),
  };
}

/** The next build is compared with the last one, and one whose finding is not complete is attempted. */
async function capturesInUse({ liveBuilds, savedBuilds }: Store): Promise<Set<string>> {
  const sources = [liveBuilds, savedBuilds];
  const builds = await Promise.all(sources.map(async (its) => [...(await its.newest(1)), await its.unfinished()]));
  return new Set(builds.flat().flatMap((each) => (each ? [basename(each.finding.capture.file)] : [])));
}

function keptCaptures(): Kept[] {
  return names(home('captures'))
    .filter((name) => name.endsWith('.json') && !name.startsWith(doomedPrefix))
    .map((id) => {
      const { at, bytes } = sizeOf(home('captures', id));
      return { id, at, number: 1, bytes };
    });
}

function keptEvidence(): Kept[] {
  return names(home('runs'))
    .filter((id) => !id.startsWith(doomedPrefix) && !existsSync(home('runs', id, notInStore)))
    .map((id) => {
      const { at, bytes, folders } = sizeOf(home('runs', id));
      return { id, at, number: folders, bytes };
    });
}

/** The reports of earlier runs, the oldest first. */
export function keptReports(): Kept[] {
  const kept = names(home('reports')).filter((name) => !name.startsWith(doomedPrefix));
  const reports = kept.map((name) => {
    const { at, bytes } = sizeOf(home('reports', name));
    return { id: basename(name, '.html'), at, number: 1, bytes };
  });
  return reports.sort((a, b) => a.at - b.at);
}

/** What a file, or a folder with all that is in it, takes. A run that goes on may rename a file in the meantime. */
function sizeOf(path: string): { at: number; bytes: number; folders: number } {
  const own = statSync(path);
  const names = own.isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  const inside = names.flatMap((name) => statSync(join(path, name), { throwIfNoEntry: false }) ?? []);
  const bytes = [own, ...inside].reduce((total, file) => total + (file.isFile() ? file.size : 0), 0);
  return { at: own.mtimeMs, bytes, folders: inside.filter((file) => file.isDirectory()).length };
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** What is kept, how much it takes, and the limits: the table of `report kept`. */
export async function keptTable(policy: RetentionPolicy, width?: number): Promise<string> {
  const store = await openStore();
  try {
    const { attempts, evidence, reports, captures } = await everythingKept(store, Date.now());
    const until = await store.retained.removedUntil();
    const rows = [
      row('attempts', attempts, policy.attempts),
      row('evidence folders', evidence, policy.evidence),
      row('reports', reports, policy.reports),
      row('captures', captures, policy.captures ?? {}),
    ];
    const removed =
      until === null ? '' : `\nAttempts up to ${day(Date.parse(until))} were removed; they stay counted in /metrics.\n`;
    const least = `Attempts of the last ${days(policy.attempts.atLeast)} are never removed: the gate judges by them.\n`;
    const by = `The limits are those of ${retentionFile()}.\n`;
    return `${columns([['', 'kept', 'takes', 'oldest', 'limits'], ...rows], width)}\n${by}${least}${removed}`;
  } finally {
    await store.close();
  }
}

function row(what: string, kept: readonly Kept[], { age, number, bytes }: Limits): string[] {
  const total = sum(kept);
  const oldest = kept.length === 0 ? '-' : day(Math.min(...kept.map(({ at }) => at)));
  const limits = [age && days(age), number && String(number), bytes && megabytes(bytes)].filter(Boolean).join(', ');
  return [what, String(total.number), megabytes(total.bytes), oldest, limits || 'none'];
}

function sum(kept: readonly Kept[]): { number: number; bytes: number } {
  return kept.reduce((total, { number, bytes }) => ({ number: total.number + number, bytes: total.bytes + bytes }), {
    number: 0,
    bytes: 0,
  });
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function days(ms: number): string {
  return ms < 86_400_000 ? `${ms / 3_600_000} h` : `${Math.round(ms / 86_400_000)} d`;
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
