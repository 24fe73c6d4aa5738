import type { CanaryHistory } from '../../contracts/canary-history.ts';
import { el, embeddedJson } from '../dom.ts';
import { historyView } from './history-view.ts';

const history = embeddedJson<CanaryHistory>('history');
document
  .getElementById('app')
  ?.append(
    el(
      'header',
      { class: 'overview' },
      el('p', { class: 'kicker' }, 'whatsapp-web.js on WhatsApp Web'),
      el('h1', {}, 'How versions did over time'),
    ),
    historyView(history),
  );
