import type { CanaryHistory } from '../../contracts/canary-history.ts';
import { buildHistoryPage } from '../../web/history/build-history-page.ts';
import { embedScript } from '../embed-json.ts';

/** The page of `report history`, in pieces. */
export async function* historyPage(history: CanaryHistory): AsyncGenerator<string> {
  const { head, tail } = await buildHistoryPage();
  yield head;
  yield embedScript('history', history);
  yield tail;
}
