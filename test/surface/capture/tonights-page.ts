import { vi } from 'vitest';
import type { Capture } from '../../../src/contracts/capture.ts';
import type { Surface } from '../../../src/contracts/surface.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { linkedPage, observe } from '../page/observed-page.ts';

export const known = '2.3000.1044822804';
export const tonight = '2.3000.1059999999';
export const kinds = ['network', 'page', 'account'] as const;
export const readings = ['complete', 'a script is missing', 'a script is cut off'] as const;
export type Kind = (typeof kinds)[number];
export type Reading = (typeof readings)[number];

/** Tonight's page: that of a known build without WAWebMuteCollection, whose message keys an account sees under another field. */
function servedTonight(): Surface {
  const { WAWebMuteCollection: _, ...modules } = resolveSurface(known).modules;
  const whole = resolveSurface(known);
  const behaviours = { ...whole.behaviours, msgKeyTextField: '_serialized' as const, usedFactories: 'kept' as const };
  return { ...whole, build: tonight, modules, behaviours };
}

/** A capture of tonight's page. It stubs `window`, and nothing else is stubbed after it. */
export function captureOfTonight(method: Kind, reading: Reading = 'complete'): Capture {
  const surface = servedTonight();
  const live = livePage(surface);
  const scripts = [...live.scripts].map(([name, text]) => ({ name, text }));
  // The modules of the last script are not read.
  const last = scripts.at(-1) as (typeof scripts)[number];
  const rest = scripts.slice(0, -1);
  const isLinked = method === 'account';
  const observed = method === 'network' ? undefined : observe(surface, isLinked, isLinked ? linkedPage(surface) : {});
  vi.unstubAllGlobals();
  const page = {
    build: tonight,
    date: '2026-11-29',
    capturedAt: '2026-11-29T00:00:00.000Z',
    ...{ method, source: 'replica', html: pageHtml(surface, {}, 'abc', live), contentSecurityPolicy: null },
    missing: reading === 'a script is missing' ? [{ script: last.name, message: 'the server answered 404' }] : [],
    scripts:
      reading === 'complete'
        ? scripts
        : reading === 'a script is missing'
          ? rest
          : [...rest, { ...last, text: last.text.slice(0, last.text.length / 2) }],
    ...(observed && { observed }),
  };
  return captureSurface(page, Object.keys(resolveSurface(known).modules));
}
