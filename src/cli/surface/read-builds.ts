import type { Surface } from '../../contracts/surface.ts';
import { buildDate } from '../../replica/builds/build-dates.ts';

/** ` (code was read of 2.3000.1024191873 of 2025-06-25 and 2.3000.1037160418 of 2026-04-12)`; empty where none was. */
export function readBuildsWords({ upTo, after }: Surface['archived']): string {
  const read = [...new Set([upTo, after])].flatMap((build) => build ?? []).map(datedBuild);
  return read.length > 0 ? ` (code was read of ${read.join(' and ')})` : '';
}

function datedBuild(build: string): string {
  const dated = buildDate(build);
  return dated ? `${build} of ${dated.date}` : build;
}
