import type { CapturedPage } from '../../../src/surface/capture/capture-surface.ts';

/** The definition of a module as a compiler of Comet builds writes it. */
export function define(name: string, body: string, dependencies: readonly string[] = []): string {
  return `__d(${JSON.stringify(name)}, ${JSON.stringify(dependencies)}, (function(t, n, r, o, a, i, l) {${body}}), 98);`;
}

/** A page with nothing but these scripts, by their names. */
export function pageOf(scripts: Readonly<Record<string, string>>, build = '2.3000.1050000000'): CapturedPage {
  const addresses = Object.keys(scripts).map(
    (name) => `"src":"https:\\/\\/static.whatsapp.net\\/rsrc.php\\/v4\\/${name}"`,
  );
  return {
    build,
    date: '2026-11-29',
    capturedAt: '2026-11-29T00:00:00.000Z',
    method: 'saved',
    source: 'test',
    html: `{"client_revision":${build.split('.')[2]}} ${addresses.join()}`,
    contentSecurityPolicy: null,
    scripts: Object.entries(scripts).map(([name, text]) => ({ name, text })),
    missing: [],
  };
}
