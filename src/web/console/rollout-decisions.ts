import { el } from '../report/dom.ts';
import { get, type RolloutDecision, type RolloutDecisions } from './api.ts';
import { errorLine } from './error-line.ts';
import { timeMark } from './status.ts';

const deciders: Record<RolloutDecision['cause'], string> = {
  judged: 'by the service',
  verdict: 'by a verdict that was handed in',
  asked: 'because somebody asked',
};

/** Why a rollout is where it is: the newest decisions, read whenever the list is opened. */
export function rolloutDecisions(rolloutId: string, open: boolean): HTMLElement {
  const failed = errorLine();
  const list = el('ol', { reversed: true });
  const show = async () => {
    const { items } = await get<RolloutDecisions>(`/v1/rollouts/${rolloutId}/decisions`);
    list.replaceChildren(...(items.length === 0 ? [el('p', {}, 'There was none yet.')] : items.map(entry)));
  };
  const details = el('details', { open }, el('summary', {}, 'Decisions'), list, failed.line);
  details.addEventListener('toggle', () => void (details.open && failed.show(show)));
  return details;
}

function entry({ decision, cause, reason, because, percent, at }: RolloutDecision): HTMLElement {
  const what = `${decision.replace('_', ' ')} at ${percent} %`;
  const why = cause === 'asked' ? '' : `: ${reason}`;
  return el('li', {}, timeMark(at), ` ${what} ${deciders[cause]}${why}`, because !== '' && el('p', {}, because));
}
