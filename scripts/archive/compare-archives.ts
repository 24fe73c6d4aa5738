import type { ArchivedModule } from '../../src/contracts/build-data.ts';
import type { Members } from '../../src/contracts/shape.ts';
import type { Described } from './change-between.ts';

/** How often the code of a page and the data of its build say the same, by the kind of fact. */
export interface Agreement {
  agreed: number;
  differ: number;
  onlyInCode: number;
  onlyInData: number;
  /** Where they do not say the same: `Module.export: in the code ..., in the data ...`. */
  places: string[];
}

export const factKinds = [
  'modules',
  'exports',
  'kinds',
  'loading',
  'events',
  'members',
  'bases',
  'parameters',
] as const;
export type Comparison = Record<(typeof factKinds)[number], Agreement>;

/** Compares what was read in the code of a page with the data of its build, of all modules of which either has the code. */
export function compareArchives(code: Described, data: Described): Comparison {
  const comparison = Object.fromEntries(factKinds.map((kind) => [kind, emptyAgreement()])) as Comparison;
  const [read, known] = [code.names.modules, data.names.modules];
  compareRecords(comparison.modules, '', presenceOf(read), presenceOf(known));
  for (const [name, module] of Object.entries(read)) {
    const its = known[name];
    // What only uses show is a lower bound: it can neither agree nor differ.
    if (its === undefined || module.evidence === 'uses' || its.evidence === 'uses') continue;
    const [exports, others] = [module.exports, its.exports];
    const both = Object.keys(exports).filter((key) => others[key] !== undefined);
    compareRecords(comparison.exports, name, presenceOf(exports), presenceOf(others));
    compareRecords(comparison.kinds, name, pick(exports, both), pick(others, both));
    compareRecords(comparison.loading, name, loadingOf(module), loadingOf(its));
    compareRecords(comparison.events, name, presenceOf(module.events), presenceOf(its.events));
    const [shapes, otherShapes] = [code, data].map(({ shapes: { modules } }) => modules[name] ?? {}) as [
      Described['shapes']['modules'][string],
      Described['shapes']['modules'][string],
    ];
    for (const key of both) {
      const [members, otherMembers] = [shapes.members?.[key], otherShapes.members?.[key]];
      compareRecords(comparison.members, `${name}.${key}`, kindsOf(members), kindsOf(otherMembers));
      compareRecords(comparison.bases, `${name}.${key}`, basesOf(members), basesOf(otherMembers));
    }
    compareRecords(comparison.parameters, name, shapes.parameters ?? {}, otherShapes.parameters ?? {});
  }
  return comparison;
}

function emptyAgreement(): Agreement {
  return { agreed: 0, differ: 0, onlyInCode: 0, onlyInData: 0, places: [] };
}

function compareRecords(
  agreement: Agreement,
  owner: string,
  code: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
): void {
  for (const key of new Set([...Object.keys(code), ...Object.keys(data)])) {
    const [read, known] = [code[key], data[key]].map((value) => (value === undefined ? null : JSON.stringify(value)));
    if (read === known) {
      if (read !== null) agreement.agreed += 1;
      continue;
    }
    if (read === null) agreement.onlyInData += 1;
    else if (known === null) agreement.onlyInCode += 1;
    else agreement.differ += 1;
    const place = [owner, key].filter(Boolean).join('.');
    agreement.places.push(`${place}: in the code ${read ?? 'nothing'}, in the data ${known ?? 'nothing'}`);
  }
}

/** What is there, whatever it is. */
function presenceOf(what: Readonly<Record<string, unknown>> | readonly string[] = []): Record<string, true> {
  const names = Array.isArray(what) ? (what as readonly string[]) : Object.keys(what);
  return Object.fromEntries(names.map((name) => [name, true as const]));
}

function pick<Value>(
  record: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value | undefined> {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}

function loadingOf({ tier, loaders, components, prefetched, plainDefault }: ArchivedModule): Record<string, unknown> {
  return { tier, loaders, components, prefetched, plainDefault };
}

/** Each member with its kind. */
function kindsOf(members: Members = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([kind, names]) =>
      Array.isArray(names) ? names.map((name) => [`${kind === 'statics' ? 'static ' : ''}${name}`, kind]) : [],
    ),
  );
}

function basesOf({ extends: base, model, whole }: Members = {}): Record<string, unknown> {
  return { extends: base, model, whole };
}
