import { chosenText } from '../../contracts/switches.ts';
import { el } from '../dom.ts';
import { getBody, type MatrixBody } from './api.ts';
import { timeMark } from './status.ts';

type MatrixCell = MatrixBody['cells'][number];

/** The newest run of the canaries: libraries down, builds across. */
export async function matrixView(): Promise<HTMLElement> {
  const { run, cells } = await getBody<MatrixBody>('/v1/matrix');
  if (!run) {
    return el(
      'section',
      {},
      el('h1', {}, 'Matrix'),
      el('p', {}, 'No canary has run on this machine yet: wwebjs-canary run'),
    );
  }
  return el('section', {}, el('h1', {}, 'Matrix'), el('p', {}, 'Run of ', timeMark(run.startedAt)), table(cells));
}

function table(cells: MatrixCell[]): HTMLElement {
  const builds = [...new Set(cells.map(({ build }) => build))];
  const rowOf = ({ library, browser, flow, condition, switches }: MatrixCell) =>
    [library, browser, flow, condition === 'none' ? '' : condition, chosenText(switches)].filter(Boolean).join(' · ');
  const rows = Map.groupBy(cells, rowOf);
  return el(
    'table',
    {},
    el('thead', {}, el('tr', {}, ...['', ...builds].map((title) => el('th', { scope: 'col' }, title)))),
    el(
      'tbody',
      {},
      ...[...rows].map(([name, row]) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, name),
          ...builds.map((build) => shown(row.find((cell) => cell.build === build))),
        ),
      ),
    ),
  );
}

function shown(cell: MatrixCell | undefined): HTMLElement {
  if (!cell) return el('td', {});
  const { outcome, code, surprise } = cell;
  const sign = outcome === 'passed' ? '● passed' : `✕ ${code ?? outcome ?? 'not run'}`;
  return el('td', { class: `outcome ${outcome ?? 'none'}` }, sign, surprise && el('strong', {}, ' not as expected'));
}
