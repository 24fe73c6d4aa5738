import type { ExportKind } from '../../../contracts/surface.ts';

/** Reports something about the replica itself to the server; see the `report` frame. */
export type SendReport = (event: string, detail: Record<string, unknown>) => void;

/** What is known of the members of an export, inherited ones included. */
export interface Known {
  methods: ReadonlySet<string>;
  fields: ReadonlySet<string>;
  statics: readonly string[];
  /** True when a member that is not here does not exist; else nothing is known of it. */
  isWhole: boolean;
}

const nothingKnown: Known = { methods: new Set(), fields: new Set(), statics: [], isWhole: false };

/**
 * A name that the build has and the replica does not implement. It has the right kind; using it throws and reports to the server,
 * so that the failure is attributed to the replica.
 */
export function createStub(
  kind: ExportKind,
  module: string,
  exportName: string,
  report: SendReport,
  members: () => Known = () => nothingKnown,
): unknown {
  if (kind === 'value') return null;
  if (kind === 'object') return stubObject(module, exportName, report, members);
  const stub = stubFunction(module, exportName, report);
  return kind === 'class' ? Object.assign(stub, { prototype: stubObject(module, exportName, report, members) }) : stub;
}

/** Callable and constructible. Not a subclass of Error: libraries replace that global with a plain function. */
export function stubFunction(module: string, exportName: string, report: SendReport): object {
  return function stub(): never {
    throw onlyAName(module, exportName, report);
  };
}

/**
 * The error of a call that the replica does not implement, reported to the server with its stack: the caller may swallow the error.
 *
 * @param called the part that is missing of a function that is otherwise implemented, such as `for a group`.
 */
export function onlyAName(module: string, exportName: string, report: SendReport, called?: string): Error {
  const error = new Error(`replica: ${module}.${exportName} is only a name here${called ? ` ${called}` : ''}`);
  report('stub-called', { module, export: exportName, ...(called && { called }), stack: error.stack });
  return error;
}

/**
 * An object that the replica does not implement: a method that the build has is a stub, a read of any other member is reported once,
 * unless it is known that the build does not have it.
 */
function stubObject(module: string, exportName: string, report: SendReport, members: () => Known): object {
  const reported = new Set<string>();
  let asked: Known | undefined;
  const known = () => {
    asked ??= members();
    return asked;
  };
  return new Proxy(
    {},
    {
      has: (target, member) =>
        member in target || (typeof member === 'string' && (known().methods.has(member) || known().fields.has(member))),
      get(target, member, receiver) {
        const own = Reflect.get(target, member, receiver);
        if (own !== undefined || typeof member !== 'string' || probes.has(member)) return own;
        if (known().methods.has(member)) return stubFunction(module, `${exportName}.${member}`, report);
        const isAbsent = known().isWhole && !known().fields.has(member);
        if (!isAbsent && !reported.has(member)) {
          reported.add(member);
          report('stub-read', { module, export: exportName, member });
        }
        return undefined;
      },
    },
  );
}

/** Members that the language or the browser reads on any object. */
export const probes: ReadonlySet<string> = new Set(['then', 'toJSON', 'toString', 'valueOf', 'constructor']);
