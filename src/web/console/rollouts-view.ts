import { el } from '../dom.ts';
import { getBody, postBody, type RolloutBody, type RolloutsBody } from './api.ts';
import type { KeepTrue } from './keep-true.ts';
import { keyedList } from './keyed-list.ts';
import { type RequestLine, requestLine } from './request-line.ts';
import { rolloutDecisions } from './rollout-decisions.ts';
import { timeMark } from './status.ts';

/** Rollouts, newest first; the active one can be advanced or rolled back. */
export async function rolloutsView(keep: KeepTrue): Promise<HTMLElement> {
  const list = el('div');
  const none = el('p', {}, 'There was none yet.');
  const decisions = new Map<string, () => Promise<void>>();
  /** Errors outlive the cards: a refusal because the rollout has moved is shown beside its current state. */
  const requests = new Map<string, RequestLine>();
  const look = async () => {
    const { items } = await getBody<RolloutsBody>('/v1/rollouts');
    showCards(items);
    none.hidden = items.length > 0;
    // A held rollout does not change; only its decisions do.
    for (const { id, state } of items) if (state === 'active') await decisions.get(id)?.();
  };
  const showCards = keyedList<RolloutBody>(
    list,
    ({ id }) => id,
    (rollout) => {
      const why = rolloutDecisions(rollout.id, rollout.state === 'active');
      decisions.set(rollout.id, why.look);
      const request = requests.get(rollout.id) ?? requestLine();
      requests.set(rollout.id, request);
      return card(rollout, request, why.details, look);
    },
  );
  await look();
  keep(look);
  return el('section', {}, el('h1', {}, 'Rollouts'), form(look), none, list);
}

function card(
  rollout: RolloutBody,
  request: RequestLine,
  decisions: HTMLElement,
  look: () => Promise<void>,
): HTMLElement {
  const { id, baseline, candidate, percent, state, steps } = rollout;
  const button = (step: 'advance' | 'rollback', text: string, body?: object) => {
    const change = () =>
      request.run(made, async () => {
        await postBody(`/v1/rollouts/${id}/${step}`, body);
        await look();
      });
    const made = el('button', { type: 'button', id: `${step}-${id}`, onclick: () => void change() }, text);
    return made;
  };
  return el(
    'article',
    {},
    el('h2', {}, `${baseline} → ${candidate}: ${percent} % (${state.replace('_', ' ')})`),
    el('progress', { max: '100', value: String(percent), 'aria-label': 'accounts on the candidate' }),
    state === 'active' &&
      el('p', {}, button('advance', 'Next step', { percent }), ' ', button('rollback', 'Roll back')),
    request.line,
    el(
      'ol',
      {},
      ...steps.map(({ percent, state, cause, at }) => el('li', {}, timeMark(at), ` ${percent} %, ${state}, ${cause}`)),
    ),
    decisions,
  );
}

function form(look: () => Promise<void>): HTMLElement {
  const request = requestLine();
  const version = (name: string) =>
    el('input', { name, required: true, pattern: '\\d+\\.\\d+\\.\\d+.*', placeholder: '1.34.7', autocomplete: 'off' });
  const [baseline, candidate] = [version('baseline'), version('candidate')];
  const button = el('button', {}, 'Begin');
  const begin = async (event: Event) => {
    event.preventDefault();
    await request.run(button, async () => {
      await postBody('/v1/rollouts', { baseline: baseline.value, candidate: candidate.value });
      await look();
    });
  };
  return el(
    'form',
    { onsubmit: (event) => void begin(event) },
    el('label', {}, 'From ', baseline),
    el('label', {}, 'to ', candidate),
    button,
    request.line,
  );
}
