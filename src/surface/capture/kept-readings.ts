import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../contracts/parse-json.ts';
import { describeModule, type ModuleDescription } from './describe-module.ts';
import type { PageArchive } from './page-archive.ts';

/** What was read of a module whose text has a hash, and the texts of other modules that it was read from; null for no module. */
interface KeptReading {
  from: Record<string, string | null>;
  description: ModuleDescription | null;
}

interface ReadingsFile {
  reader: string;
  readings: Record<string, KeptReading>;
}

/**
 * Reads modules and keeps what was read. A module is parsed again only when its text, or that of a module whose exports it hands on, is
 * another one, or when the code that reads it is.
 */
export class KeptReadings {
  readonly #known: Readonly<Record<string, KeptReading>>;
  readonly #used: Record<string, KeptReading> = {};
  readonly #hashes = new Map<string, string | null>();
  /** Modules that were read from their text, and not taken over. */
  parsed = 0;

  /** @param text the `pieces()` of another time, joined; any other text counts as empty. */
  constructor(text = '') {
    this.#known = readingsOf(text);
  }

  /** `describeModule`, for one archive only. */
  readonly describe = (archive: PageArchive, module: string): ModuleDescription | null => {
    const own = this.#hashOf(archive, module);
    if (own === null) return null;
    const known = this.#used[own] ?? this.#known[own];
    if (known && Object.entries(known.from).every(([name, text]) => this.#hashOf(archive, name) === text)) {
      this.#used[own] = known;
      return known.description;
    }
    this.parsed += 1;
    const { result: description, consulted } = archive.consulting(() => describeModule(archive, module));
    const from = Object.fromEntries([...consulted].map((name) => [name, this.#hashOf(archive, name)]));
    this.#used[own] = { from, description };
    return description;
  };

  /** What was used since the start, for the next time: a `ReadingsFile` in pieces. */
  *pieces(): Generator<string> {
    yield `{"reader":${JSON.stringify(readerHash())},"readings":{`;
    let between = '';
    for (const [text, reading] of Object.entries(this.#used)) {
      yield `${between}${JSON.stringify(text)}:${JSON.stringify(reading)}`;
      between = ',';
    }
    yield '}}';
  }

  #hashOf(archive: PageArchive, module: string): string | null {
    const known = this.#hashes.get(module);
    if (known !== undefined) return known;
    const text = archive.text(module)?.text;
    const made = text === undefined ? null : hash('sha1', text);
    this.#hashes.set(module, made);
    return made;
  }
}

function readingsOf(text: string): Record<string, KeptReading> {
  const { reader, readings } = (parseJson(text) ?? {}) as Partial<ReadingsFile>;
  return readings && reader === readerHash() ? readings : {};
}

let made: string | undefined;

/** A hash of the code that reads modules. */
function readerHash(): string {
  made ??= hash('sha1', [import.meta.dirname, join(import.meta.dirname, '..', 'extract')].map(codeIn).join('\0'));
  return made;
}

function codeIn(folder: string): string {
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder).filter((name) => /\.[cm]?[jt]s$/.test(name));
  return files
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\0');
}
