import type { MemberTable } from '../../../contracts/shape.ts';
import type { ExportKind, PageSurface, SurfaceModule } from '../../../contracts/surface.ts';
import { knownMembers } from './members.ts';
import { createStub, type SendReport } from './stub.ts';

/** What a module of the page exports, by name. */
export type ModuleExports = Record<string, unknown>;

/** Module -> export -> value. A value is created when its module is first required. */
export type Implementations = Record<string, ModuleExports>;

/**
 * The exports object of a module: exactly the names of the surface, each implemented or a stub. An implemented name that
 * is not listed does not exist on this build.
 *
 * @param members what is known of the inside of exports; asked for when a member of a stub is read.
 */
export function buildExports(
  name: string,
  module: SurfaceModule,
  implementations: Implementations,
  report: SendReport,
  members: () => MemberTable = () => ({}),
): ModuleExports {
  const implemented = implementations[name] ?? {};
  const exports: ModuleExports = {};
  const stub = (exportName: string, kind: ExportKind) =>
    createStub(kind, name, exportName, report, () => knownMembers(members(), `${name}.${exportName}`));
  for (const [exportName, kind] of Object.entries(module.exports)) {
    exports[exportName] = exportName in implemented ? implemented[exportName] : stub(exportName, kind);
  }
  if (module.hasDefault && !('default' in exports)) {
    exports.default = 'default' in implemented ? implemented.default : stub('default', 'object');
  }
  return exports;
}

/** Names of the modules of a tier, in the order of the surface. */
export function modulesOfTier(surface: PageSurface, tier: SurfaceModule['tier']): string[] {
  return Object.keys(surface.modules).filter((name) => surface.modules[name]?.tier === tier);
}
