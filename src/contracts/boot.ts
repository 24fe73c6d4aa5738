import type { PageCircumstances } from './circumstances.ts';
import type { MemberTable } from './shape.ts';
import type { Behaviours, PageSurface, Surface } from './surface.ts';

/** What the server embeds in the page for its code. */
export interface Boot {
  surface: PageSurface;
  /** Members of what code in the page uses before a login, as far as known; the others take time to read and come from `membersPath`. */
  members: MemberTable;
  /** Functions, as `Module.export`, that take their values out of one object, as far as known. */
  named: readonly string[];
  /** AB props by name, as far as known. */
  abProps: Readonly<Record<string, boolean>>;
  circumstances: PageCircumstances;
}

/** Where the server has the members of a build that its html leaves out, as JSON, with the parameter `build`. */
export const membersPath = '/static/members.json';

/** Modules that code in the page uses before a login. */
export const earlyModules: ReadonlySet<string> = new Set([
  'WAWebSocketModel',
  'WAWebConnModel',
  'WAWebCmd',
  'WAWebStreamModel',
]);

/** The script that a worker of the page begins with: it imports the script that the first message names. */
export const workerInit = { path: '/static/worker-init.js', script: 'onmessage = ({ data }) => importScripts(data);' };

/** Where a page has its service worker; WAWebSwUpdater of 2026 still removes one of the earlier address. */
export function workerPath(face: Surface['face']): string {
  return face === 'webpack' ? '/serviceworker.js' : '/sw.js';
}

/** Settings of the loader, which the html names as `envjson` and the page has as `window.Env`. */
export function envOf({ usedFactories }: Behaviours): { clear_js_factory_after_used?: true } {
  return usedFactories === 'cleared' ? { clear_js_factory_after_used: true } : {};
}
