import type { Tried, TriedFlow, VersionChange } from '../../contracts/build-finding.ts';
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
    el(
      'ol',
      { class: 'found' },
      ...findings.map((found, i) => el('li', { class: 'finding' }, ...findingNodes(found, i === 0))),
    ),
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
  const { capture, changed, versions, unread, replayed, live, drift } = finding;
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
      ...(unread.length > 0 ? row('versions not read', unread.join(', ')) : []),
    ),
    ...table(
      'Versions, by their source',
      ['version', 'stops at', 'loses', 'has again', 'perhaps loses', 'because of'],
      versions.map(versionRow),
      'No version is touched by it.',
    ),
    ...triedNodes('Attempts on a replica of it', replayed),
    ...triedNodes('Attempts on the live site', live),
    ...table(
      'Drift: what the page shows otherwise than the data',
      ['behaviour', 'page', 'data'],
      drift.map(({ behaviour, seen, data }) => [behaviour, seen, data]),
      'None was seen.',
    ),
  ];
}

function versionRow({ library, stops, lost, regained, doubtful, missing }: VersionChange): string[] {
  const step = (each: typeof stops.after) => each ?? 'no step';
  const stop =
    stops.before === stops.after ? step(stops.after) : `${step(stops.after)}, before at ${step(stops.before)}`;
  const names = missing.map(({ name }) => name);
  return [library, stop, ...[lost, regained, doubtful, names].map((each) => each.join(', ') || '–')];
}

/** Versions down, flows across, each with how many attempts passed; below it why the others failed, and why some were not made. */
function triedNodes(title: string, tried: Tried | null): Node[] {
  const { flows = [], note = 'Not tried yet' } = tried ?? {};
  const names = [...new Set(flows.map(({ flow }) => flow))];
  const rows = [...Map.groupBy(flows, ({ library }) => library)].map(([library, its]) => [
    library,
    ...names.map((name) => triedWords(its.find(({ flow }) => flow === name))),
  ]);
  const causes = new Set(flows.flatMap(({ code, cause }) => (cause === null ? [] : [`${code}: ${cause}`])));
  return [
    ...table(title, ['version', ...names], rows, `${note ?? 'None was made'}.`),
    ...(rows.length > 0 && note !== null ? [el('p', { class: 'nothing' }, `${note}.`)] : []),
    ...(causes.size > 0 ? [el('ul', { class: 'evidence' }, ...[...causes].map((cause) => el('li', {}, cause)))] : []),
  ];
}

function triedWords(tried: TriedFlow | undefined): string {
  if (!tried) return '–';
  const { passed, failed, spoiled, code } = tried;
  const parts = [`${passed} of ${passed + failed}`, code ?? '', spoiled > 0 ? `${spoiled} spoiled` : ''];
  return parts.filter((part) => part !== '').join(', ');
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
