import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type { Members } from '../../../src/contracts/shape.ts';
import type { ExportKind } from '../../../src/contracts/surface.ts';
import { memberNames, resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { archives } from '../../fidelity/archives.ts';
import { openInBrowser } from './page-in-browser.ts';

/** The names of an instance of a place, inherited ones too; null where not every one was read. */
function wholeNames(members: Record<string, Members>, place: string): string[] | null {
  const names: string[] = [];
  for (let at: string | undefined = place; at !== undefined; ) {
    const found: Members | undefined = members[at];
    if (!found?.whole) return null;
    const { statics: _, ...each } = found;
    names.push(...memberNames(each));
    at = found.extends;
  }
  return names;
}

function kindOf(build: string, place: string): ExportKind {
  const at = place.lastIndexOf('.');
  return resolveSurface(build).modules[place.slice(0, at)]?.exports[place.slice(at + 1)] ?? 'unknown';
}

/** The names that any archive lists for a place. */
const listed = new Map<string, Set<string>>();
for (const { build } of archives) {
  const { members } = resolveShapes(build);
  for (const [place, { statics: _, ...each }] of Object.entries(members)) {
    const names = wholeNames(members, place) ?? memberNames(each);
    listed.set(place, new Set([...(listed.get(place) ?? []), ...names]));
  }
}

test.each(archives.map(({ build }) => build))(
  'on %s a wholly read object has exactly the members of the archive',
  async (build) => {
    const replica = await startReplica({ build });
    const { chromium, page } = await openInBrowser(replica);
    try {
      const { id } = replica.phones.create('12025550140');
      const qr = await page.waitForSelector('div[data-ref] canvas');
      await replica.phones.scan(id, (await qr?.evaluate((node) => node.parentElement?.dataset.ref)) as string);
      await page.waitForSelector(`[data-icon="${resolveSurface(build).behaviours.searchIcon}"]`);
      const { members } = resolveShapes(build);
      const wanted = Object.keys(members).flatMap((place) => {
        const kind = kindOf(build, place);
        const names = kind === 'class' || kind === 'object' ? wholeNames(members, place) : null;
        return names ? [{ place, kind, names, listed: [...(listed.get(place) ?? [])] }] : [];
      });
      expect(wanted.length).toBeGreaterThan(build === archives[0]?.build ? 5 : 50);
      expect(await differences(page, wanted)).toEqual([]);
    } finally {
      await chromium.close();
      await replica.close();
    }
  },
);

interface Wanted {
  /** `Module.export`. */
  place: string;
  kind: ExportKind;
  names: string[];
  listed: string[];
}

/**
 * `Module.export.member: missing` or `extra`, of exports that the page has as objects or classes: of all names that any archive lists for
 * the place, and of the getters that the page has. Its own code may have further methods and fields; `length` is the getter it needs.
 */
function differences(page: Page, wanted: Wanted[]): Promise<string[]> {
  return page.evaluate((all) => {
    const { importNamespace } = window as unknown as { importNamespace(name: string): Record<string, unknown> };
    return all.flatMap(({ place, kind, names, listed }) => {
      const at = place.lastIndexOf('.');
      const value = importNamespace(place.slice(0, at))?.[place.slice(at + 1)];
      // A class of which the replica has only what is static is an object there; what an archive takes for one may be a function.
      if (value === null || typeof value !== (kind === 'class' ? 'function' : 'object')) return [];
      const target = (typeof value === 'function' ? value.prototype : value) as object;
      const seen = new Set([...names, ...listed]);
      for (let each = target; each && !Object.hasOwn(each, 'hasOwnProperty'); each = Object.getPrototypeOf(each)) {
        for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
          if (get && name !== 'length') seen.add(name);
        }
      }
      const known = new Set(names);
      return [...seen]
        .filter((name) => name in target !== known.has(name) && !(name in Object.prototype))
        .map((name) => `${place}.${name}: ${known.has(name) ? 'missing' : 'extra'}`);
    });
  }, wanted);
}
