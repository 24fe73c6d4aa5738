import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Capture, captureSchema } from '../../contracts/capture.ts';
import { home } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { parseJson } from '../../contracts/parse-json.ts';
import { sha256 } from '../../contracts/sha256.ts';
import { capturesInEffect, useOnlyCaptures } from './added-facts.ts';
import { buildDataFolder } from './read-build-data.ts';
import { newerFacts } from './resolve-surface.ts';

/** The facts about builds that all attempts of a run rest on, on whichever machine they are made. */
export interface RunFacts {
  /** Hash of the facts without captures. Machines with the same one differ in captures at most. */
  base: string;
  /** All captures in effect; null without any. */
  captures: PackedCaptures | null;
}

/** Captures as they are passed to another machine. */
export interface PackedCaptures {
  /** Hash of the captures. */
  id: string;
  /** JSON, with gzip. */
  bytes: Buffer;
}

/** A capture takes about half a megabyte as JSON. */
const mostBytes = 256 * 1024 * 1024;

/** The facts in effect in this process. @throws InputError for an imported capture of another schema */
export function factsInEffect(): RunFacts {
  const all = capturesInEffect();
  if (all.length === 0) return { base: baseFacts(), captures: null };
  // The schema gives the keys their order, which files may have otherwise.
  const text = JSON.stringify(checked(all, 'a capture'));
  return { base: baseFacts(), captures: { id: sha256(text), bytes: gzipSync(text) } };
}

/** The hash of the facts of the package, with those of `surface update` where they are newer. It is a part of the names of queues. */
export function baseFacts(): string {
  const files = globSync(['*.{yaml,json}', 'archives/*.json'], { cwd: buildDataFolder }).sort();
  const texts = files.map((name) => [name, sha256(readFileSync(join(buildDataFolder, name)))]);
  return sha256(JSON.stringify([texts, newerFacts()])).slice(0, 16);
}

/**
 * Makes the captures of a run all that this process has: neither those that were imported here nor those of another run count.
 *
 * @param base of the run
 * @throws InputError for bytes that are not these captures; TroubleError where the other facts of this process are not those of the run
 */
export function useCapturesOf({ base, captures }: RunFacts): void {
  const unpacked = captures === null ? [] : unpack(captures);
  useOnlyCaptures(unpacked);
  if (baseFacts() !== base) throw new TroubleError('its facts about builds have changed: start it again');
}

function unpack({ id, bytes }: PackedCaptures): Capture[] {
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: mostBytes }).toString();
  } catch (error) {
    throw new InputError(`the captures of the run cannot be read: ${(error as Error).message}`);
  }
  if (sha256(text) !== id) throw new InputError('the captures of the run are not those that it names');
  return checked(parseJson(text), 'the captures of the run');
}

function checked(captures: unknown, what: string): Capture[] {
  const result = z.array(captureSchema).safeParse(captures);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(`${what}: another schema: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** What is kept of the facts of a run until it has ended, so that it can go on after its process was killed. */
const keptFactsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  base: z.string(),
  captures: z.strictObject({ id: z.string(), bytes: z.base64() }).nullable(),
});

const keptFile = (runId: string) => home('runs', runId, 'facts.json');

/** @throws InputError for a run that was cut off and began with other facts */
export function keepFactsOf(runId: string, facts: RunFacts): void {
  const { base, captures } = facts;
  const before = keptFactsOf(runId);
  if (before !== null) {
    if (areSame(before, facts)) return;
    throw new InputError(
      `run ${runId} began with other facts about builds; name the same captures, or start another run`,
    );
  }
  const file = keptFile(runId);
  makeFolder(dirname(file));
  const packed = captures && { id: captures.id, bytes: captures.bytes.toString('base64') };
  writeFileSync(`${file}.part`, JSON.stringify({ schemaVersion: 1, base, captures: packed }));
  renameSync(`${file}.part`, file);
}

/** To be called when the run has ended. */
export function forgetFactsOf(runId: string): void {
  rmSync(keptFile(runId), { force: true });
}

/** True where the facts in effect are those that a run which was cut off began with. */
export function hasFactsOf(runId: string): boolean {
  const kept = keptFactsOf(runId);
  return kept !== null && areSame(kept, factsInEffect());
}

function areSame(a: RunFacts, b: RunFacts): boolean {
  return a.base === b.base && a.captures?.id === b.captures?.id;
}

/**
 * Gives this process the captures that a run which was cut off began with.
 *
 * @throws InputError where its facts are not known on this machine, or differ in more than captures
 */
export function resumeFactsOf(runId: string): void {
  const kept = keptFactsOf(runId);
  if (kept === null)
    throw new InputError(`--resume ${runId}: it can go on only where it began: there is no ${keptFile(runId)}`);
  if (kept.base !== baseFacts()) {
    throw new InputError(`--resume ${runId}: the facts about builds have changed since it began; start another run`);
  }
  useCapturesOf(kept);
}

function keptFactsOf(runId: string): RunFacts | null {
  try {
    const { base, captures } = keptFactsSchema.parse(parseJson(readFileSync(keptFile(runId), 'utf8')));
    return { base, captures: captures && { id: captures.id, bytes: Buffer.from(captures.bytes, 'base64') } };
  } catch {
    return null;
  }
}
