import { readFileSync, writeFileSync } from 'node:fs';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import type { Prediction } from '../../src/contracts/prediction.ts';
import { type Agreement, agreementOf } from '../../src/words/prediction.ts';

/** Every release on npm from 1.22.0 on. */
export const versions = [
  ...['1.22.0', '1.22.1', '1.22.2-alpha.0', '1.22.2-alpha.1', '1.22.2-alpha.3', '1.22.2-alpha.4', '1.23.0'],
  ...['1.23.1-alpha.4', '1.23.1-alpha.5', '1.24.0', '1.25.0', '1.26.0', '1.26.1-alpha.1', '1.26.1-alpha.2'],
  ...['1.26.1-alpha.3', '1.27.0', '1.28.0', '1.29.0', '1.30.0', '1.31.0', '1.32.0', '1.33.0', '1.33.1', '1.33.2'],
  ...['1.33.3', '1.34.0', '1.34.1', '1.34.2', '1.34.4', '1.34.5-alpha.3', '1.34.5', '1.34.6', '1.34.7'],
  '2.0.0-alpha.0',
];

/** Those of the matrix, and builds on which the data says something else. */
export const builds = [
  ...['2.2412.54', '2.3000.1014111620', '2.3000.1024191873', '2.3000.1026515401', '2.3000.1029241508'],
  ...['2.3000.1032534684', '2.3000.1038162681', '2.3000.1042401057', '2.3000.1044822804', '2.3000.1048032155'],
];

export function cellOn(library: string, build: string, flow = 'qr-to-ready'): Cell {
  const usual = { browser: 'current', condition: 'none', switches: {}, target: 'replica' } as const;
  return { library, build, flow, ...usual };
}

/** How an attempt ended: all that is compared with a prediction. */
export type Seen = Pick<Attempt, 'outcome' | 'phase' | 'code' | 'blame'> & { name?: string };

/** `seen.json`: attempts of all versions on all builds, by version and build, as `npm run bench -- --only agreement-of-phases --update` wrote them. */
export interface SeenFile {
  date: string;
  seen: Record<string, Record<string, Seen>>;
}

/** `explained.json`: why a prediction and an attempt differ. */
export interface Explanation {
  library: string[];
  build: string[];
  why: string;
}

const fileOf = (name: string) => new URL(`./${name}.json`, import.meta.url);

/** A file of this folder, by its name without `.json`. */
export const readKept = <T>(name: string): T => JSON.parse(readFileSync(fileOf(name), 'utf8'));

export function writeKept(name: string, value: unknown): void {
  writeFileSync(fileOf(name), `${JSON.stringify(value, null, 2)}\n`);
}

export const readSeen = () => readKept<SeenFile>('seen');

export const readExplanations = () => readKept<Explanation[]>('explained');

export function seenOf({ outcome, phase, code, blame, cause }: Attempt): Seen {
  const name = [cause?.module, cause?.export].filter((part) => part !== undefined).join('.');
  return { outcome, phase, code, blame, ...(name && { name }) };
}

export function agreementWith({ name, ...seen }: Seen, cell: Cell, prediction: Prediction): Agreement {
  const at = name?.lastIndexOf('.') ?? -1;
  const [module, member] = name === undefined ? [] : at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)];
  const cause = { message: '', evidence: [], ...(module && { module }), ...(member && { export: member }) };
  return agreementOf(cell, { ...seen, cause, prediction });
}

/** Cells that differ and have no explanation, and explained ones that do not differ. */
export function unexplained(
  differing: readonly Cell[],
  all: readonly Cell[],
  explanations = readExplanations(),
): { why: 'no explanation' | 'agrees'; cell: Cell }[] {
  const isExplained = ({ library, build }: Cell) =>
    explanations.some((each) => each.library.includes(library) && each.build.includes(build));
  return all.flatMap((cell) => {
    const differs = differing.includes(cell);
    if (differs === isExplained(cell)) return [];
    return [{ why: differs ? ('no explanation' as const) : ('agrees' as const), cell }];
  });
}
