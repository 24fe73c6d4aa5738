import type { Members, Parameters, Shapes } from '../../contracts/shape.ts';
import type { ExportKind, Surface, SurfaceModule } from '../../contracts/surface.ts';

/** What a module is written from. */
interface WrittenModule {
  name: string;
  /** Null for one of which nothing but its dependencies is known. */
  module: SurfaceModule | null;
  dependencies: readonly string[];
  shapes: Pick<Shapes, 'members' | 'parameters'>;
  collections: Surface['collections'];
  /** Calls, by export, that load the bundle of a component. */
  loads: Readonly<Record<string, string>>;
  /** Events that its code triggers. */
  events: readonly string[];
  /** `Module.export` of functions that it calls in any case. */
  calls: readonly string[];
}

const text = (value: unknown) => JSON.stringify(value);
/** Flags of a definition: an ES module with both imports, or one that is no ES module. */
const flags = { esModule: 98, other: 34 };

/** The definition of a module as the compiler of Comet builds writes it: names, kinds and shapes, and no behaviour. */
export function moduleScript(from: WrittenModule): string {
  const { name, module, dependencies, loads, events, calls } = from;
  const exports = { ...module?.exports };
  for (const call of Object.keys(loads)) exports[call] ??= 'function';
  const isPlain = module?.hasDefault === false && 'default' in exports;
  const body = [
    '"use strict"',
    ...Object.keys(exports).map((key) => {
      const component = loads[key];
      const value = component === undefined ? exportText(from, key, exports[key] as ExportKind) : loadText(component);
      return `l[${text(key)}]=${value}`;
    }),
    ...(events.length > 0 ? [`function s(e){${events.map((each) => `e.trigger(${text(each)})`).join(';')}}`] : []),
    ...(calls.length > 0 ? [`l.default=function(){${calls.map(callText).join(';')}}`] : []),
  ].join(';');
  return `__d(${text(name)},${text(dependencies)},(function(t,n,r,o,a,i,l){${body}}),${isPlain ? flags.other : flags.esModule});`;
}

const loadText = (component: string) => `function(){return r("JSResource")(${text(component)}).load()}`;

function callText(place: string): string {
  const at = place.lastIndexOf('.');
  return `o(${text(place.slice(0, at))}).${place.slice(at + 1)}()`;
}

function exportText({ name, shapes, collections }: WrittenModule, key: string, kind: ExportKind): string {
  const place = `${name}.${key}`;
  const members = shapes.members[place];
  const parametersOf = (member?: string) => shapes.parameters[member === undefined ? place : `${place}.${member}`];
  if (name === 'WAWebCollections' && key === 'default') {
    const entries = Object.entries(collections).map(([each, of]) => `${text(each)}:${foreignText(of)}`);
    return `{${entries.join(',')}}`;
  }
  switch (kind) {
    case 'value':
      return text(key);
    case 'unknown':
      return `Reflect.get(t,${text(key)})`;
    case 'function':
      return functionText(parametersOf());
    case 'class':
      return classText(members ?? {}, parametersOf);
    case 'object':
      return members ? objectText(members, parametersOf) : '[]';
  }
}

type ParametersOf = (member: string) => Parameters | undefined;

function objectText(members: Members, parametersOf: ParametersOf): string {
  const { keys = [], accessors = [], extends: base, whole, ...others } = members;
  const isInstance = base !== undefined || Object.values(others).some((each) => each !== undefined);
  const literal = (names: readonly string[], withAccessors: readonly string[], isWhole: boolean) =>
    `{${[
      ...names.map((each) => `${text(each)}:${parametersOf(each) ? functionText(parametersOf(each)) : 1}`),
      ...withAccessors.map((each) => `get ${text(each)}(){return 1}`),
      ...(isWhole ? [] : ['...t']),
    ].join(',')}}`;
  if (!isInstance) return literal(keys, accessors, whole === true);
  const isOnlyInherited = Object.keys(members).every((each) => each === 'extends' || each === 'whole');
  if (base !== undefined && isOnlyInherited && whole) return `new (${foreignText(base)})()`;
  const instance = `new (${classText({ ...members, keys: undefined, statics: undefined }, parametersOf)})()`;
  return keys.length > 0 ? `babelHelpers.extends({},${instance},${literal(keys, [], true)})` : instance;
}

/** Attributes of a model by the function that declares them. */
const declarations = { props: 'prop', session: 'session', derived: 'derived' } as const;

function classText(members: Members, parametersOf: ParametersOf): string {
  const { otherFields = [], methods = [], accessors = [], statics = [], extends: base, model, whole } = members;
  const attributes = Object.entries(declarations).flatMap(([kind, declare]) =>
    (members[kind as keyof typeof declarations] ?? []).map(
      (each) => `e[${text(each)}]=o("WAWebBaseModel").${declare}()`,
    ),
  );
  const fields = [...attributes, ...otherFields.map((each) => `e[${text(each)}]=0`), ...(whole ? [] : ['e[t]=0'])];
  const parent = base === undefined ? null : foreignText(base);
  const self = parent === null ? 'this' : 's.call(this)||this';
  const functions = [
    ...methods,
    // A field that a function is assigned to later.
    ...[...otherFields, ...accessors].filter((each) => parametersOf(each)),
  ];
  const described = accessors.map((each) => `{key:${text(each)},get:function(){return 1}}`);
  const statements = [
    `function c(){var e=${self};${[...fields, 'return e'].join(';')}}`,
    ...(parent === null ? [] : ['babelHelpers.inheritsLoose(c,s)']),
    'var p=c.prototype',
    ...(described.length > 0 ? [`babelHelpers.createClass(c,[${described.join(',')}])`] : []),
    ...functions.map((each) => `p[${text(each)}]=${functionText(parametersOf(each))}`),
    ...statics.filter((each) => each !== 'model' || model === undefined).map((each) => `c[${text(each)}]=0`),
    ...(model === undefined ? [] : [`c.model=${foreignText(model)}`]),
    'return c',
  ];
  return `(function(s){${statements.join(';')}})(${parent ?? ''})`;
}

/** `Module.export`; names of modules can have dots themselves. */
function foreignText(place: string): string {
  const at = place.lastIndexOf('.');
  return `o(${text(place.slice(0, at))})[${text(place.slice(at + 1))}]`;
}

/** A function that takes its arguments as the given parameters say; without them it reads `arguments`. */
function functionText(parameters: Parameters | undefined): string {
  if (!parameters) return 'function(){return arguments.length}';
  const given = parameters.map((names, i) => (names && isWritten(names) ? patternText(names) : `e${i}`));
  const taken = parameters.flatMap((names, i) =>
    names && !isWritten(names) ? names.map((each, at) => `v${i}_${at}=e${i}[${text(each)}]`) : [],
  );
  return `function(${given.join(',')}){${taken.length > 0 ? `var ${taken.join(',')};` : ''}return 0}`;
}

/** A pattern that a compiler keeps: one without names, or with a rest. */
const isWritten = (names: readonly string[]) => names.length === 0 || names.includes('...');

function patternText(names: readonly string[]): string {
  const keys = names.filter((each) => each !== '...').map((each, i) => `${text(each)}:v${i}`);
  return `{${[...keys, ...(names.includes('...') ? ['...v'] : [])].join(',')}}`;
}
