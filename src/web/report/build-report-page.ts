import { join } from 'node:path';
import { readStyles } from '../read-styles.ts';
import { type PageHalves, selfContainedPage } from '../self-contained-page.ts';

/** The page of a run's report. */
export async function buildReportPage(): Promise<PageHalves> {
  const style = await readStyles('report', 'history');
  return selfContainedPage('wwebjs-canary report', style, join(import.meta.dirname, 'main'));
}
