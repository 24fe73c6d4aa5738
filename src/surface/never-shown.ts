import type { Awaited, Needs } from '../contracts/needs.ts';
import type { SilentEvent } from '../contracts/prediction.ts';
import type { Surface } from '../contracts/surface.ts';
import { behaviourSince } from './behaviour-history.ts';

/**
 * A wait of a linked page that does not end on this build, with the reason; null when nothing is known to prevent it. `certain` is false
 * for elements of which the data says nothing: it knows the search field.
 */
export function neverShown(
  awaited: Awaited,
  surface: Surface,
): { awaited: Awaited; why: string; certain: boolean } | null {
  if (awaited.kind !== 'selector') return null;
  const icon = /^\[data-icon=["']?([\w-]*search[\w-]*)["']?\]$/.exec(awaited.text)?.[1];
  const { searchIcon } = surface.behaviours;
  if (icon === searchIcon) return null;
  if (!icon) return { awaited, why: `The data does not say whether build ${surface.build} shows it.`, certain: false };
  const since = behaviourSince('searchIcon', surface.build);
  const dated = since ? ` since ${since}` : '';
  return {
    awaited,
    why: `The search field of build ${surface.build} has data-icon='${searchIcon}'${dated}.`,
    certain: true,
  };
}

/** Events of the page's bus whose names depend on the build. */
const busEvents: ReadonlySet<string> = new Set([
  'logout',
  'starting_logout',
  'offline_progress_update',
  'main_stream_mode_ready',
]);
const suffix = '_from_bridge';

/** The events of a library's client that cannot come on a build, since the page has other names for all that they follow from. */
export function silentEvents({ library, awaited }: Needs, surface: Surface): SilentEvent[] {
  const waits = awaited.filter(({ kind, faces }) => kind === 'event' && faces.includes(surface.face));
  const names = new Set(waits.flatMap(({ leadsTo }) => leadsTo));
  return [...names].flatMap((name) => {
    const why = waits.filter(({ leadsTo }) => leadsTo.includes(name)).map((wait) => otherName(wait, library, surface));
    const [first] = why;
    return first && why.every((each) => each !== null) ? [{ name, why: first }] : [];
  });
}

/** Why the page never triggers what is awaited: it has another name there. Null when nothing is known to prevent it. */
function otherName({ text, file, line }: Awaited, library: string, { build, behaviours }: Surface): string | null {
  const [place = '', event = ''] = text.split(' ');
  const isBridged = behaviours.cmdEvents === 'from_bridge';
  const plain = event.replace(suffix, '');
  if (!place.endsWith('.Cmd') || !busEvents.has(plain) || event.endsWith(suffix) === isBridged) return null;
  const since = behaviourSince('cmdEvents', build);
  const name = isBridged ? `${plain}${suffix}` : plain;
  return `${library} waits for '${event}' (${file}:${line}), which is '${name}' on build ${build}${since ? ` since ${since}` : ''}.`;
}
