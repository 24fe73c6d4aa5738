import type { PageSurface, SurfaceModule } from '../../../contracts/surface.ts';
import { createStub, type SendReport } from './stub.ts';

/** What a module of the page exports, by name. */
export type ModuleExports = Record<string, unknown>;

/** Module -> export -> value. A value is created when its module is first required. */
export type Implementations = Record<string, ModuleExports>;

/**
 * The exports object of a module: exactly the names of the surface, each implemented or a stub. An implemented name that
 * is not listed does not exist on this build.
 */
export function buildExports(
  name: string,
  module: SurfaceModule,
  implementations: Implementations,
  report: SendReport,
): ModuleExports {
  const implemented = implementations[name] ?? {};
  const exports: ModuleExports = {};
  for (const [exportName, kind] of Object.entries(module.exports)) {
    exports[exportName] =
      exportName in implemented ? implemented[exportName] : createStub(kind, name, exportName, report);
  }
  if (module.hasDefault && !('default' in exports)) {
    exports.default = 'default' in implemented ? implemented.default : createStub('object', name, 'default', report);
  }
  return exports;
}

/** Names of the modules of a tier, in the order of the surface. */
export function modulesOfTier(surface: PageSurface, tier: SurfaceModule['tier']): string[] {
  return Object.keys(surface.modules).filter((name) => surface.modules[name]?.tier === tier);
}
