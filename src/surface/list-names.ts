import type { Need, NeedStage, Needs } from '../contracts/needs.ts';
import { placesText } from './page-names.ts';

/** One name that a library uses, with its most important place. */
export interface NamedNeed {
  /** Module and export, or a moduleRaid query. */
  name: string;
  /** The first step that needs it. */
  stage: NeedStage;
  /** `fatal`: its absence throws there; `maybe`: it may throw there; `harmless`: the value is kept, guarded or spread. */
  absence: 'fatal' | 'maybe' | 'harmless';
  file: string;
  line: number;
  function: string;
}

const order = ['qr', 'authenticated', 'ready'];
const severity: NamedNeed['absence'][] = ['fatal', 'maybe', 'harmless'];

/** Every module and export that a library uses, once each, in the sequence of the needs. */
export function listNames({ needs }: Needs): NamedNeed[] {
  const named = new Map<string, NamedNeed>();
  for (const need of needs) {
    if (need.places.some(({ members }) => members.length > 0)) continue;
    const entry = nameNeed(need);
    const known = named.get(entry.name);
    if (!known || rank(entry) < rank(known)) named.set(entry.name, entry);
  }
  return [...named.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function nameNeed({ places, throws, guarded, conditional, stage, file, line, function: name }: Need): NamedNeed {
  const absence = !throws || guarded ? 'harmless' : conditional ? 'maybe' : 'fatal';
  return { name: placesText(places), stage, absence, file, line, function: name };
}

function rank({ stage, absence }: NamedNeed): number {
  const at = order.indexOf(stage);
  return (at < 0 ? order.length : at) * severity.length + severity.indexOf(absence);
}

/** True for a name needed on the way to `ready`, not only by a method. */
export function isBeforeReady({ stage }: NamedNeed): boolean {
  return order.includes(stage);
}
