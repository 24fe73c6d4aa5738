import { el } from '../report/dom.ts';
import { get, post, type Rollout, type Rollouts } from './api.ts';
import { errorLine } from './error-line.ts';
import { rolloutDecisions } from './rollout-decisions.ts';
import { timeMark } from './status.ts';

/** Rollouts, newest first; the active one can be advanced or rolled back. */
export async function rolloutsView(): Promise<HTMLElement> {
  const list = el('div');
  const show = async () => {
    const { items } = await get<Rollouts>('/v1/rollouts');
    list.replaceChildren(
      ...(items.length === 0 ? [el('p', {}, 'There was none yet.')] : items.map((one) => card(one, show))),
    );
  };
  await show();
  return el('section', {}, el('h1', {}, 'Rollouts'), form(show), list);
}

function card({ id, baseline, candidate, percent, state, steps }: Rollout, show: () => Promise<void>): HTMLElement {
  const failed = errorLine();
  const change = (step: 'advance' | 'rollback') =>
    failed.show(async () => {
      await post(`/v1/rollouts/${id}/${step}`);
      await show();
    });
  const button = (step: 'advance' | 'rollback', text: string) =>
    el('button', { type: 'button', onclick: () => void change(step) }, text);
  return el(
    'article',
    {},
    el('h2', {}, `${baseline} → ${candidate}: ${percent} % (${state.replace('_', ' ')})`),
    el('progress', { max: '100', value: String(percent), 'aria-label': 'accounts on the candidate' }),
    state === 'active' && el('p', {}, button('advance', 'Next step'), ' ', button('rollback', 'Roll back')),
    failed.line,
    el(
      'ol',
      {},
      ...steps.map(({ percent, state, cause, at }) => el('li', {}, timeMark(at), ` ${percent} %, ${state}, ${cause}`)),
    ),
    rolloutDecisions(id, state === 'active'),
  );
}

function form(show: () => Promise<void>): HTMLElement {
  const failed = errorLine();
  const version = (name: string) =>
    el('input', { name, required: true, pattern: '\\d+\\.\\d+\\.\\d+.*', placeholder: '1.34.7', autocomplete: 'off' });
  const [baseline, candidate] = [version('baseline'), version('candidate')];
  const begin = async (event: Event) => {
    event.preventDefault();
    await failed.show(async () => {
      await post('/v1/rollouts', { baseline: baseline.value, candidate: candidate.value });
      await show();
    });
  };
  return el(
    'form',
    { onsubmit: (event) => void begin(event) },
    el('label', {}, 'From ', baseline),
    el('label', {}, 'to ', candidate),
    el('button', {}, 'Begin'),
    failed.line,
  );
}
