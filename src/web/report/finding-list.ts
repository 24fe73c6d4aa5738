import type { Tried, VersionChange } from '../../contracts/build-finding.ts';
import type { HtmlFinding } from '../../contracts/html-report.ts';
import { plural } from '../../words/text.ts';
import { el } from '../dom.ts';

/** What `watch --live` found about builds of the live site, the newest first; only the first is open. */
export function findingList(findings: readonly HtmlFinding[]): HTMLElement | null {
  if (findings.length === 0) return null;
  return el(
    'section',
    { class: 'findings' },
    el('h2', {}, 'New builds of the live site, as watch --live found them'),
    el('ol', {}, ...findings.map((found, i) => el('li', {}, ...findingNodes(found, i === 0)))),
  );
}

function findingNodes(
  { build, seenAt, isComplete, sentence, mark, finding }: HtmlFinding,
  isOpen: boolean,
): (Node | false)[] {
  const seen = new Date(seenAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const found = sentence.slice(`${build} of ${finding.date}: `.length);
  return [
    el(
      'p',
      { class: 'what' },
      el('span', { class: 'code' }, build),
      el('span', { class: `tile ${mark.outcome}` }, mark.words),
      el('span', { class: 'place' }, `served ${finding.date}, seen ${seen}, compared with ${finding.before}`),
    ),
    el('p', { class: 'message' }, `${found.charAt(0).toUpperCase()}${found.slice(1)}.`),
    !isComplete && el('p', { class: 'notice' }, 'Not complete: the next look goes on with it.'),
    el('details', { open: isOpen }, el('summary', {}, 'Details'), ...detailsOf(finding)),
  ];
}

function detailsOf(finding: HtmlFinding['finding']): Node[] {
  const { capture, changed, versions, replayed, live, drift } = finding;
  const count = ({ removed, added }: { removed: number; added: number }) => `${removed} gone, ${added} added`;
  return [
    el(
      'dl',
      {},
      ...row(
        'page',
        `${plural(capture.modules, 'module')} read${capture.complete ? '' : `, ${plural(capture.findings, 'part')} could not be read`}`,
      ),
      ...row('modules', count(changed.modules)),
      ...row('exports', count(changed.exports)),
      ...row('collections', count(changed.collections)),
      ...row('loaded at another time', plural(changed.tiers, 'module')),
    ),
    ...table(
      'Versions, by their source',
      ['version', 'stops', 'loses', 'has again', 'perhaps', 'by'],
      versions.map(versionRow),
      'No version is touched by it.',
    ),
    ...table('Attempts on a replica of it', triedHead, triedRows(replayed), noneWords(replayed)),
    ...table('Attempts on the live site', triedHead, triedRows(live), noneWords(live)),
    ...table(
      'Drift: what the page shows otherwise than the data',
      ['behaviour', 'page', 'data'],
      drift.map(({ behaviour, seen, data }) => [behaviour, seen, data]),
      'None was seen.',
    ),
  ];
}

function versionRow({ library, stops, lost, regained, doubtful, missing }: VersionChange): string[] {
  const step = (each: typeof stops.after) => (each === null ? 'nowhere' : `at ${each}`);
  const stop = stops.before === stops.after ? step(stops.after) : `${step(stops.after)}, before ${step(stops.before)}`;
  const names = missing.map(({ name }) => name);
  return [library, stop, ...[lost, regained, doubtful, names].map((each) => each.join(', '))];
}

const triedHead = ['version', 'flow', 'passed', 'failed', 'spoiled', 'code', 'cause'];

function triedRows(tried: Tried | null): string[][] {
  return (tried?.flows ?? []).map(({ library, flow, passed, failed, spoiled, code, cause }) => [
    ...[library, flow, String(passed), String(failed), String(spoiled), code ?? '', cause ?? ''],
  ]);
}

function noneWords(tried: Tried | null): string {
  return tried === null ? 'Not tried yet.' : `${tried.note ?? 'None were made'}.`;
}

function table(title: string, head: readonly string[], rows: readonly string[][], none: string): Node[] {
  if (rows.length === 0) return [el('h3', {}, title), el('p', { class: 'nothing' }, none)];
  const cells = (its: readonly string[]) =>
    its.map((text, i) => (i === 0 ? el('th', { scope: 'row' }, text) : el('td', {}, text)));
  return [
    el('h3', {}, title),
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)))),
        el('tbody', {}, ...rows.map((its) => el('tr', {}, ...cells(its)))),
      ),
    ),
  ];
}

function row(name: string, value: string): Node[] {
  return [el('dt', {}, name), el('dd', {}, value)];
}
