import type { Awaited } from '../../contracts/needs.ts';
import type { Surface } from '../../contracts/surface.ts';
import { behaviourSince } from '../../surface/behaviour-history.ts';
import { libraryIndex } from '../../surface/library-index.ts';
import type { Explanation, FailedAttempt } from './explain.ts';
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
  const proven = waits.flatMap((entry) => unofferedIcon(entry, surface) ?? [])[0];
  if (!proven) {
    const message = observed ?? `\`${milestone}\` did not come`;
    return { cause: { message, evidence: [...sentences, ...consoleLines] }, blame: null };
  }
  const { entry, evidence } = proven;
  return {
    cause: {
      message: `${textOf(entry)} never appears on build ${surface?.build}, and ${needs.library} waits for it before \`${milestone}\` (${entry.file}:${entry.line})`,
      libraryFile: entry.file,
      libraryLine: entry.line,
      evidence: [...(observed ? [observed] : []), ...sentences, evidence, ...consoleLines],
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

/** A wait for an icon of the chat list under a name that this build does not use. */
function unofferedIcon(entry: Awaited, surface: Surface | null): { entry: Awaited; evidence: string } | null {
  const icon = /^\[data-icon=["']?([\w-]*search[\w-]*)["']?\]$/.exec(entry.text)?.[1];
  if (!surface || !icon || icon === surface.behaviours.searchIcon) return null;
  const since = behaviourSince('searchIcon', surface.build);
  const told = since ? ` since ${since}` : '';
  return {
    entry,
    evidence: `The search field of build ${surface.build} has data-icon='${surface.behaviours.searchIcon}'${told}.`,
  };
}
