import type { HtmlOverview } from '../../contracts/html-report.ts';
import type { Outcome } from '../../contracts/outcome.ts';
import { formatMs, symbols } from '../../words/text.ts';
import { el } from '../dom.ts';
import { mark } from './mark.ts';

/** The top of the page: the summary sentence, the counts, and the run. */
export function overviewHeader({ run, interrupted, sentence, counts }: HtmlOverview): HTMLElement {
  const notRun = counts.cells - counts.passed - counts.failed - counts.infra;
  return el(
    'header',
    { class: 'overview' },
    el('p', { class: 'kicker' }, 'whatsapp-web.js on WhatsApp Web'),
    el('h1', {}, sentence),
    interrupted && el('p', { class: 'notice' }, 'This run was interrupted: the rest of its plan was not run.'),
    ...(run.missing ?? []).map((what) => el('p', { class: 'notice' }, `This report is incomplete: ${what}.`)),
    el(
      'ul',
      { class: 'counts' },
      count('passed', counts.passed, 'passed'),
      count('failed', counts.failed, 'failed'),
      counts.infra > 0 && count('infra', counts.infra, 'spoiled by the machine'),
      notRun > 0 && count(null, notRun, 'not run'),
      counts.surprises > 0
        ? el('li', { class: 'surprise' }, `${symbols.surprise} ${counts.surprises} not as expected`)
        : el('li', { class: 'calm' }, 'all as expected'),
    ),
    el('p', { class: 'run' }, runWords(run)),
  );
}

function count(outcome: Outcome | null, number: number, words: string): HTMLElement {
  return el('li', { class: outcome ?? 'not-run' }, mark(outcome), `${number} ${words}`);
}

function runWords({ id, startedAt, finishedAt, seed, machine }: HtmlOverview['run']): string {
  const started = new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const took = finishedAt === null ? 'cut off' : formatMs(Date.parse(finishedAt) - Date.parse(startedAt));
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  return `run ${id} · ${started} · ${took} · seed ${seed} · ${machine.cpus} CPUs, ${memory} · Node ${machine.node}, ${machine.platform}`;
}
