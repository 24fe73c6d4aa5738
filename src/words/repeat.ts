import type { Attempt, Cell } from '../contracts/attempt.ts';
import type { LibrarySource } from '../contracts/library-source.ts';
import { chosenText } from '../contracts/switches.ts';

/** How an attempt is made again. */
export interface Repeat {
  /** Works on this machine, and on another one that has what `needs` names. */
  command: string;
  /** What another machine has to have first; empty when the command is enough. */
  needs: string[];
}

/** The command that repeats an attempt with the same seed, and what it takes. */
export function repeatOf(cell: Cell, { seed, provenance }: Pick<Attempt, 'seed' | 'provenance'>): Repeat {
  const { source, integrity } = provenance;
  const needs = [
    ...(source ? libraryNeeds(source, integrity) : []),
    ...(/[/\\]/.test(cell.flow) ? [`the flow ${cell.flow}`] : []),
    ...(/[/\\]/.test(cell.browser) ? [`the browser ${cell.browser}`] : []),
  ];
  return { command: repeatCommand({ ...cell, library: libraryArgument(cell, source) }, seed), needs };
}

/** The command that repeats one cell. */
export function repeatCommand(cell: Cell, seed: number): string {
  const options = [
    `--library ${shellWord(cell.library)}`,
    `--build ${cell.build}`,
    `--browser ${shellWord(cell.browser)}`,
    `--flow ${shellWord(cell.flow)}`,
    `--condition ${cell.condition}`,
    ...(chosenText(cell.switches) === '' ? [] : [`--switch ${shellWord(chosenText(cell.switches))}`]),
    ...(cell.target === 'live' ? ['--target live'] : []),
    `--seed ${seed}`,
  ];
  return `npx wwebjs-canary run ${options.join(' ')}`;
}

/** Where a library came from, in a few words: `commit 1a2b3c4d of /path, with changes that are in no commit`. */
export function sourceWords({ kind, from, commit, dirty, remote }: LibrarySource): string {
  if (commit === undefined) return `${kind} ${from}`;
  const changed = dirty ? ', with changes that are in no commit' : '';
  return `commit ${commit.slice(0, 8)} of ${remote ?? from}${changed}`;
}

/** A commit that other machines can fetch names the library everywhere; all else is known by its label where it was added. */
function libraryArgument({ library }: Cell, source: LibrarySource | undefined): string {
  if (!source || !isFetchable(source)) return library;
  const name = source.name === undefined ? '' : `${source.name}=`;
  return `${name}git+${source.remote}#${source.commit}`;
}

function isFetchable({ commit, dirty, remote }: LibrarySource): boolean {
  return commit !== undefined && !dirty && remote !== undefined && /^(?:https|ssh|git):\/\//.test(remote);
}

function libraryNeeds(source: LibrarySource, integrity: string | null): string[] {
  const { kind, from, commit, dirty, name, contentHash } = source;
  if (isFetchable(source)) return [`${sourceWords(source)}, which has to be pushed`];
  const add = `added with \`library add ${name === undefined ? '' : `${name}=`}PATH${commit !== undefined && !dirty ? `#${commit}` : ''}\``;
  if (kind === 'tarball') return [`the tarball ${from}${integrity === null ? '' : ` (${integrity})`}, ${add}`];
  if (commit !== undefined && !dirty) return [`commit ${commit} of the repository ${from}, ${add}`];
  const what = commit === undefined ? `the folder ${from}` : `the folder ${from} at commit ${commit} with its changes`;
  return [`${what} (content sha256 ${contentHash}), ${add}`];
}

function shellWord(text: string): string {
  return /^[\w./:@+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
