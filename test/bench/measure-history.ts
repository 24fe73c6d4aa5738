import { createRequire } from 'node:module';
import { join } from 'node:path';
import { accountWithHistory } from '../../canaries/many-chats.ts';
import { withLinkedClient } from '../../src/testing/linked-client.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import type { Subject } from './measure.ts';
import { median } from './statistics.ts';

/**
 * Processor time that the page of an account with years of history takes until the library is ready: other load on the machine makes it
 * longer by little, unlike the wait. An account without history takes turns with it.
 */
export async function historyLoad(subject: Subject, rounds: number): Promise<Figure[]> {
  const [chats, messages] = [5_000, 50_000];
  const empty: number[] = [];
  const full: number[] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await secondsOfPage(subject, 0, 0));
    full.push(await secondsOfPage(subject, chats, messages / chats));
  }
  const seconds = median(full);
  const name = `processor time of the page until ready, median of ${rounds}`;
  return [
    { name: `${name}: no chats`, value: `${median(empty).toFixed(2)} s`, bar: '', ok: true },
    heldTo(bars.historyLoad, `${name}: ${messages} messages in ${chats} chats`, seconds, `${seconds.toFixed(2)} s`),
  ];
}

/** Seconds of processor time of the page that links to an account with so many chats, each with so many messages. */
async function secondsOfPage({ planned, library }: Subject, chats: number, each: number): Promise<number> {
  const whatsapp = createRequire(join(library.packageDir, 'package.json'))(library.packageDir);
  return withLinkedClient(
    (options) => new whatsapp.Client(options),
    { build: planned.cell.build, world: accountWithHistory(chats, each) },
    // biome-ignore lint/suspicious/noExplicitAny: the client of any library version
    async ({ client }: { client: any }) => {
      const browser = await client.pupBrowser.target().createCDPSession();
      const { processInfo } = (await browser.send('SystemInfo.getProcessInfo')) as { processInfo: ProcessInfo[] };
      return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ cpuTime }) => cpuTime));
    },
  );
}

interface ProcessInfo {
  /** `browser`, `renderer`, `GPU`, ... */
  type: string;
  /** In seconds. */
  cpuTime: number;
}
