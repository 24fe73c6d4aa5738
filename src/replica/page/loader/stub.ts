import type { ExportKind } from '../../../contracts/surface.ts';

/** Tells the server about something of the replica itself; see the `report` frame. */
export type SendReport = (event: string, detail: Record<string, unknown>) => void;

/**
 * A name that the build has and the replica does not implement. It looks like its kind; to use it throws, and the server is
 * told, so that the failure is put down to the replica.
 */
export function createStub(kind: ExportKind, module: string, exportName: string, report: SendReport): unknown {
  if (kind === 'value') return null;
  if (kind === 'object') return stubObject(module, exportName, report);
  return stubFunction(module, exportName, report);
}

/** Callable and constructible. Not a subclass of Error: the libraries replace the global by a plain function. */
export function stubFunction(module: string, exportName: string, report: SendReport): unknown {
  return function stub(): never {
    report('stub-called', { module, export: exportName });
    throw new Error(`replica: ${module}.${exportName} is only a name here`);
  };
}

/** An object of which nothing is known; a member that is read is told once. */
function stubObject(module: string, exportName: string, report: SendReport): object {
  const told = new Set<string>();
  return new Proxy(
    {},
    {
      get(target, member, receiver) {
        const known = Reflect.get(target, member, receiver);
        if (known === undefined && typeof member === 'string' && !probes.has(member) && !told.has(member)) {
          told.add(member);
          report('stub-read', { module, export: exportName, member });
        }
        return known;
      },
    },
  );
}

/** Members that the language or the browser asks any object for. */
const probes = new Set(['then', 'toJSON', 'toString', 'valueOf', 'constructor']);
