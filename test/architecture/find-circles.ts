import { dirname } from 'node:path';
import type { SourceFile } from './read-sources.ts';

/** Imports that close a circle between the parts of one folder. */
export interface Circle {
  /** `.` is `src` itself. */
  folder: string;
  /** `accounts -> sessions: accounts/links.ts imports sessions/lease.ts`. */
  imports: string[];
}

/**
 * Folders whose parts import each other in a circle, types included. The parts of a folder are each of its folders as a whole, and
 * its own files together (`*`).
 */
export function findCircles(files: readonly SourceFile[]): Circle[] {
  const folders = new Set(files.flatMap(({ path }) => ancestors(path)));
  return [...folders].sort().flatMap((folder) => {
    const imports = circleIn(folder, files);
    return imports.length > 0 ? [{ folder, imports }] : [];
  });
}

function circleIn(folder: string, files: readonly SourceFile[]): string[] {
  const next = new Map<string, Set<string>>();
  const edges: { from: string; to: string; text: string }[] = [];
  for (const { path, imports } of files) {
    const from = partOf(folder, path);
    for (const imported of from === null ? [] : imports) {
      const to = partOf(folder, imported);
      if (from === null || to === null || from === to) continue;
      next.set(from, (next.get(from) ?? new Set()).add(to));
      edges.push({ from, to, text: `${from} -> ${to}: ${path} imports ${imported}` });
    }
  }
  return edges.filter(({ from, to }) => reaches(next, to, from)).map(({ text }) => text);
}

/** The part of a folder that a file lies in; null outside. */
function partOf(folder: string, path: string): string | null {
  const below = folder === '.' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
  if (below === null) return null;
  return below.includes('/') ? (below.split('/')[0] as string) : '*';
}

function ancestors(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? ['.'] : [folder, ...ancestors(folder)];
}

function reaches(next: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const reached = new Set([from]);
  for (const one of reached) for (const other of next.get(one) ?? []) reached.add(other);
  return reached.has(to);
}
