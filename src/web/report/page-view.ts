import type { HtmlSnapshot, HtmlTrace } from '../../contracts/html-report.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';
import type { Picked, Stretch } from './timeline.ts';

const notKept = 'No picture of the page was kept. `run --trace on` keeps traces of attempts that pass too.';

interface PageChoice {
  trace: HtmlTrace | null;
  /** Of an attempt without a trace. */
  screenshot: string | undefined;
  stretches: readonly Stretch[];
  picked: Picked;
}

/** The page as it was at the end of the picked stretch, or last before the picked moment: the screenshot and the DOM. */
export function pageView({ trace, screenshot, stretches, picked }: PageChoice): HTMLElement {
  if (!trace || trace.snapshots.length === 0) {
    const only =
      screenshot === undefined ? el('p', { class: 'nothing' }, notKept.replaceAll('`', '')) : picture(screenshot);
    return el('div', { class: 'page' }, only);
  }
  const snapshot = snapshotOf(trace.snapshots, picked);
  if (!snapshot)
    return el('p', { class: 'nothing' }, 'The page was not yet open, or was gone at the end of this phase.');
  const ended = snapshot.span === null ? undefined : stretches[snapshot.span];
  const what = ended ? `${ended.outcome === 'passed' ? 'the end' : 'the failure'} of ${ended.name}` : 'the failure';
  const dropped = trace.droppedSnapshots > 0 && `, ${trace.droppedSnapshots} snapshots of the middle were not kept`;
  return el(
    'div',
    { class: 'page' },
    el(
      'p',
      {},
      `The page at ${formatMs(snapshot.at)}, ${what}${dropped || ''}. Codes, texts and pictures of users are masked.`,
    ),
    snapshot.screenshot !== null && picture(snapshot.screenshot),
    snapshot.dom && domView(snapshot.dom),
  );
}

function snapshotOf(snapshots: readonly HtmlSnapshot[], { stretch, moment }: Picked): HtmlSnapshot | undefined {
  if (moment !== null) return snapshots.findLast(({ at }) => at <= moment);
  return stretch === null ? snapshots.at(-1) : snapshots.findLast(({ span }) => span === stretch);
}

function picture(source: string): HTMLElement {
  if (source.startsWith('data:')) return el('img', { src: source, alt: 'Screenshot of the page', loading: 'lazy' });
  return el('p', {}, el('a', { href: source }, 'Screenshot'), ', a file beside this page');
}

function domView(dom: NonNullable<HtmlSnapshot['dom']>): HTMLElement {
  if ('file' in dom) return el('p', {}, el('a', { href: dom.file }, 'DOM'), ', a file beside this page');
  return el(
    'details',
    { class: 'dom', open: true },
    el('summary', {}, 'DOM'),
    // Nothing in it may run: the sandbox has no permissions.
    el('iframe', { sandbox: '', srcdoc: dom.html, title: 'DOM of the page', loading: 'lazy' }),
    el('details', {}, el('summary', {}, 'Source'), el('pre', {}, dom.html)),
  );
}
