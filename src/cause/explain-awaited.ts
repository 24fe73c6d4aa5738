import type { Awaited } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import { libraryIndex } from '../surface/library-index.ts';
import { neverShown } from '../surface/never-shown.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { telltaleConsole } from './seen-errors.ts';

/** No error at all: the library waits. The cause is what it waits for where the build is known never to show it. */
export function explainAwaited({ library, surface, code, events, observed }: FailedAttempt): Explanation | null {
  const milestone = milestones[code];
  if (!milestone) return null;
  const { needs } = libraryIndex(library.packageDir);
  const waits = needs.awaited.filter((entry) => isAwaited(entry, milestone, surface));
  if (waits.length === 0) return null;
  const consoleLines = telltaleConsole(events).map((line) => `Page console: ${line}`);
  const sentences = waits.map((entry) => `${needs.library} waits for ${textOf(entry)} (${entry.file}:${entry.line}).`);
  const proven = surface
    ? waits.flatMap((entry) => neverShown(entry, surface) ?? []).find(({ certain }) => certain)
    : undefined;
  if (!proven) {
    const message = observed ?? `\`${milestone}\` did not come`;
    return { cause: { message, evidence: [...sentences, ...consoleLines] }, blame: null };
  }
  const { awaited: entry, why } = proven;
  return {
    cause: {
      message: `${textOf(entry)} never appears on build ${surface?.build}, and ${needs.library} waits for it before \`${milestone}\` (${entry.file}:${entry.line})`,
      libraryFile: entry.file,
      libraryLine: entry.line,
      evidence: [...(observed ? [observed] : []), ...sentences, why, ...consoleLines],
    },
    blame: 'web-build',
  };
}

const milestones: Partial<Record<FailedAttempt['code'], 'qr' | 'authenticated' | 'ready'>> = {
  'no-qr': 'qr',
  'no-authenticated': 'authenticated',
  'no-ready': 'ready',
};

function isAwaited(entry: Awaited, milestone: string, surface: Surface | null): boolean {
  if (surface && !entry.faces.includes(surface.face)) return false;
  return entry.kind === 'event' ? entry.leadsTo.includes(milestone) : entry.stage === milestone;
}

function textOf({ kind, text }: Awaited): string {
  if (kind !== 'event') return `\`${text}\``;
  const [place, ...event] = text.split(' ');
  return `the event '${event.join(' ')}' of ${place}`;
}
