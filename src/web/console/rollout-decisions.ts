import { el } from '../dom.ts';
import { getBody, type RolloutDecisionBody, type RolloutDecisionsBody } from './api.ts';
import { keyedList } from './keyed-list.ts';
import { timeMark } from './status.ts';

const deciders: Record<RolloutDecisionBody['cause'], string> = {
  judged: 'by the service',
  verdict: 'by a verdict that was handed in',
  asked: 'on request',
};

/** The newest decisions on a rollout, loaded when the list is opened and with every refresh while it is open. */
export function rolloutDecisions(
  rolloutId: string,
  open: boolean,
): { details: HTMLElement; look: () => Promise<void> } {
  const failed = el('p', { class: 'error', role: 'alert' });
  const list = el('ol', { reversed: true });
  const none = el('p', { hidden: true }, 'There was none yet.');
  const details = el('details', { open }, el('summary', {}, 'Decisions'), none, list, failed);
  const showDecisions = keyedList<RolloutDecisionBody>(list, ({ seq }) => seq, entry);
  const look = async () => {
    if (!details.open) return;
    const { items } = await getBody<RolloutDecisionsBody>(`/v1/rollouts/${rolloutId}/decisions`);
    none.hidden = items.length > 0;
    showDecisions(items);
    failed.textContent = '';
  };
  details.addEventListener('toggle', () => void look().catch(({ message }) => failed.replaceChildren(message)));
  return { details, look };
}

function entry({ decision, cause, reason, because, percent, at }: RolloutDecisionBody): HTMLElement {
  const what = `${decision.replace('_', ' ')} at ${percent} %`;
  const why = cause === 'asked' ? '' : `: ${reason}`;
  return el('li', {}, timeMark(at), ` ${what} ${deciders[cause]}${why}`, because !== '' && el('p', {}, because));
}
