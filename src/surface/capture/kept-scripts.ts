import { hash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { parseJson } from '../../contracts/parse-json.ts';

/** The last page that the live site answered with. */
export interface KeptPage {
  /** Milliseconds since 1970. */
  at: number;
  html: string;
  contentSecurityPolicy: string;
}

/** A folder with the scripts of earlier pages by a hash of their content, what was read of their modules, and the last page. */
export class KeptScripts {
  readonly #folder: string;
  /** Content by address. */
  readonly #index: Record<string, string>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#index = (this.#json('index.json') as Record<string, string> | null) ?? {};
  }

  /** One process at a time asks for pages and writes here: the one that holds this lock. */
  get lockFile(): string {
    return join(this.#folder, 'lock');
  }

  /** Null for one that is not kept, or whose file is damaged. */
  script(address: string): string | null {
    const digest = this.#index[address];
    if (digest === undefined) return null;
    const text = this.#text(join('scripts', `${digest}.js`));
    return text !== null && hash('sha256', text) === digest ? text : null;
  }

  keepScript(address: string, text: string): void {
    const digest = hash('sha256', text);
    this.#write(join('scripts', `${digest}.js`), [text]);
    this.#index[address] = digest;
    this.#write('index.json', [JSON.stringify(this.#index)]);
  }

  /** Forgets all scripts but those at these addresses. */
  keepOnly(addresses: ReadonlySet<string>): void {
    for (const address of Object.keys(this.#index)) if (!addresses.has(address)) delete this.#index[address];
    this.#write('index.json', [JSON.stringify(this.#index)]);
    const used = new Set(Object.values(this.#index).map((digest) => `${digest}.js`));
    const scripts = join(this.#folder, 'scripts');
    for (const name of readdirSync(scripts)) if (!used.has(name)) rmSync(join(scripts, name));
  }

  /** When the live site was last asked for its page, in milliseconds since 1970; null where it never was. */
  get askedAt(): number | null {
    const { at } = (this.#json('asked.json') as { at?: number | null } | null) ?? {};
    return at ?? null;
  }

  /** Until when the live site asked not to be asked, in milliseconds since 1970; 0 where it did not. */
  get notBefore(): number {
    const { notBefore } = (this.#json('asked.json') as { notBefore?: number } | null) ?? {};
    return notBefore ?? 0;
  }

  keepAskedAt(at: number | null, notBefore?: number): void {
    this.#write('asked.json', [JSON.stringify({ at, notBefore })]);
  }

  get page(): KeptPage | null {
    return this.#json('page.json') as KeptPage | null;
  }

  keepPage(page: KeptPage): void {
    this.#write('page.json', [JSON.stringify(page)]);
  }

  /** How often the page of a build came and could not be captured completely. */
  vainReadsOf(build: string): number {
    const vain = this.#json('vain-reads.json') as { build: string; times: number } | null;
    return vain?.build === build ? vain.times : 0;
  }

  /** Counts one more, and forgets those of another build. */
  keepVainRead(build: string): void {
    this.#write('vain-reads.json', [JSON.stringify({ build, times: this.vainReadsOf(build) + 1 })]);
  }

  /** What was read of modules; empty where nothing was. */
  get readings(): string {
    return this.#text('readings.json') ?? '';
  }

  keepReadings(pieces: Iterable<string>): void {
    this.#write('readings.json', pieces);
  }

  #json(name: string): unknown {
    return parseJson(this.#text(name) ?? '');
  }

  #text(name: string): string | null {
    try {
      return readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      return null;
    }
  }

  #write(name: string, pieces: Iterable<string>): void {
    const file = join(this.#folder, name);
    try {
      makeFolder(join(this.#folder, 'scripts'));
      writePieces(`${file}.part`, pieces);
      renameSync(`${file}.part`, file);
    } catch (error) {
      throw new TroubleError(`${file} could not be written: ${(error as Error).message}`, { cause: error });
    }
  }
}

function writePieces(file: string, pieces: Iterable<string>): void {
  const to = openSync(file, 'w');
  try {
    for (const piece of pieces) writeFileSync(to, piece);
  } finally {
    closeSync(to);
  }
}
