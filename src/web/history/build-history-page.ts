import { join } from 'node:path';
import { readStyles } from '../read-styles.ts';
import { type PageHalves, selfContainedPage } from '../self-contained-page.ts';

/** The page of `report history`. */
export async function buildHistoryPage(): Promise<PageHalves> {
  const style = await readStyles('report', 'history');
  return selfContainedPage('wwebjs-canary over time', style, join(import.meta.dirname, 'main'));
}
