import { existsSync } from 'node:fs';
import type { Need } from '../contracts/needs.ts';
import type { Face } from '../contracts/surface.ts';
import { type LibraryIndex, libraryIndex, type PageFunction } from '../surface/library-index.ts';
import { errorShape, matchesShape, unknownModule } from './error-shape.ts';
import type { Frame } from './parse-stack.ts';
import type { SeenError } from './seen-errors.ts';

/** A line of the library's own source at which an error was thrown. */
export interface Located {
  library: LibraryIndex;
  /** Folder of the copy that the error was thrown in. */
  packageDir: string;
  /** Relative to the package. */
  file: string;
  line: number;
  column: number;
  /** What the code at that place needs from the page and did not get; null when the error is about something else. */
  need: Need | null;
  where: 'page' | 'node';
}

type SourcePlace = Pick<Located, 'file' | 'line' | 'column' | 'need' | 'where'>;
/** What the places of one error are looked up in. */
interface Source {
  pageFunctions: readonly PageFunction[];
  needs: readonly Need[];
  headline: string;
}

type FrameInPage = Extract<Frame, { kind: 'page' }>;
type NodeFrame = Extract<Frame, { kind: 'node' }>;

/**
 * The library's line behind an error, or null when no frame leads to its source.
 * @param face of the page, as far as it is known: the same line can mean one module or another
 */
export function locateError(error: SeenError, packageDir: string, face: Face | null): Located | null {
  const nodeFrames = error.frames.filter((frame): frame is NodeFrame => frame.kind === 'node');
  const pageFrames = error.frames.filter((frame): frame is FrameInPage => frame.kind === 'page');
  const folder = packageDirOf([...nodeFrames, ...sitesOf(pageFrames)], packageDir);
  const library = libraryIndex(folder);
  const needs = library.needs.needs.filter(({ faces }) => face === null || faces.includes(face));
  const source: Source = { pageFunctions: library.pageFunctions, needs, headline: error.headline };
  const inPage = pageFrames.flatMap((frame) => placesOf(frame, nodeFrames, source));
  const proven = inPage.find(({ need }) => need !== null) ?? inPage[0];
  if (proven) return { ...proven, library, packageDir: folder };
  for (const { file, line, column } of nodeFrames) {
    const path = ownPath(file);
    if (!path || !library.files.includes(path)) continue;
    return { library, packageDir: folder, file: path, line, column, need: null, where: 'node' };
  }
  return null;
}

function sitesOf(frames: readonly FrameInPage[]): { file: string }[] {
  return frames.flatMap(({ evaluatedAt }) => evaluatedAt ?? []);
}

/** The copy of the library that the frames lie in: not always the one that was meant. */
function packageDirOf(frames: readonly { file: string }[], packageDir: string): string {
  for (const { file } of frames) {
    const at = file.lastIndexOf('/node_modules/whatsapp-web.js/');
    if (at < 0) continue;
    const folder = file.slice(0, at + '/node_modules/whatsapp-web.js'.length);
    return existsSync(folder) ? folder : packageDir;
  }
  return packageDir;
}

/** `src/Client.js` of a path into any copy of the library. */
function ownPath(file: string): string | null {
  if (/\/node_modules\/(?!whatsapp-web\.js\/)(?!.*\/node_modules\/whatsapp-web\.js\/)/.test(file)) return null;
  return /(?:^|\/)(src\/(?:[\w-]+\/)*[\w-]+\.js)$/.exec(file)?.[1] ?? null;
}

/** Places in the source that a frame in the page can mean, those that the error's text confirms first. */
function placesOf(frame: FrameInPage, nodeFrames: readonly NodeFrame[], source: Source): SourcePlace[] {
  const called = source.pageFunctions.filter((entry) => wasCalledFrom(entry, frame, nodeFrames));
  const near = called.flatMap((entry) => placeIn(entry, frame, source) ?? []);
  if (near.some(({ need }) => need) || frame.evaluatedAt) return near;
  // Without its caller a frame fits many functions: only one whose source says what the error says is believed.
  const anywhere = source.pageFunctions.flatMap((entry) => placeIn(entry, frame, source) ?? []);
  // V8 points at the name or at the dot before it.
  const fitting = anywhere.filter(({ need, column }) => need && Math.abs(need.column - column) <= 1);
  const lines = new Set(fitting.map(({ file, line }) => `${file}:${line}`));
  return lines.size === 1 ? [...fitting.slice(0, 1), ...near] : near;
}

function wasCalledFrom(entry: PageFunction, frame: FrameInPage, nodeFrames: readonly NodeFrame[]): boolean {
  const { file, line, startLine } = entry.call;
  const sites = frame.evaluatedAt ? [frame.evaluatedAt] : nodeFrames;
  return sites.some((site) => ownPath(site.file) === file && site.line >= startLine && site.line <= line);
}

function placeIn(entry: PageFunction, frame: FrameInPage, source: Source): SourcePlace | null {
  const line = entry.startLine + frame.line - 1;
  // V8 puts a parenthesis before the function's text.
  const column = frame.line === 1 ? entry.startColumn + frame.column - 2 : frame.column;
  if (line > entry.endLine) return null;
  const need = needAt(source, entry.file, line, column);
  return { file: entry.file, line, column, need, where: 'page' };
}

function needAt({ needs, headline }: Source, file: string, line: number, column: number): Need | null {
  const shape = errorShape(headline);
  const module = unknownModule(headline);
  const here = needs.filter((need) => need.file === file && need.line === line);
  const fitting = here.filter((need) => {
    if (module) return need.places.some((place) => place.name === module && place.export === null);
    return shape !== null && matchesShape(need, shape);
  });
  const distance = (need: Need) => Math.abs(need.column - column);
  return fitting.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}
