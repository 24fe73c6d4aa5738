import type { Needs } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import { checkSurface } from './check-surface.ts';
import type { Judged } from './nearest-version.ts';

/** Judges a library on a build by its source alone. A build outside of what is known makes every such verdict a guess. */
export function judgeSource(library: string, needs: Needs, surface: Surface): Judged {
  const { stops, missing } = checkSurface(needs, surface);
  const judged = (verdict: Judged['verdict'], why: string): Judged => ({ library, verdict, from: 'source', why });
  const reason = missing.find((entry) => entry.stops === stops && entry.certain);
  const doubt = missing.find((entry) => entry.stops !== 'methods');
  const lacking = missing.length === 0 ? '' : `; ${missing.length} names are missing that only methods use`;
  const offered = `everything needed up to ready is offered${lacking}`;
  const what = stops === 'probe' ? 'ready, but' : `no ${stops}:`;
  const failure = reason ? `${what} ${reason.name} is missing (${reason.file}:${reason.line})` : null;
  if (surface.extrapolated) {
    const nearest = surface.extrapolated === 'newer' ? surface.known.to : surface.known.from;
    return judged('unsure', `nothing is known of this build; on ${nearest}: ${failure ?? offered}`);
  }
  if (failure) return judged('fails', failure);
  return doubt ? judged('unsure', `perhaps no ${doubt.stops}: ${doubt.name} is missing`) : judged('works', offered);
}
