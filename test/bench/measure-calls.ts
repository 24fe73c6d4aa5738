import { linkedAccount } from '../support/linked-account.ts';
import type { TestServer } from '../support/test-server.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import type { Subject } from './measure.ts';
import { median } from './statistics.ts';

/**
 * What `POST .../calls` adds to the library's own time, on the instance that runs the session and through another one: `getState` in turns with
 * the same call without the API, medians of the differences of `rounds` rounds.
 */
export async function callTimes({ planned: { cell } }: Subject, rounds: number): Promise<Figure[]> {
  const { server, other, account, stop } = await linkedAccount(cell);
  const library = server.service.sessions.hosted[0]?.library;
  if (!library) throw new Error('no session runs');
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  const ask = async (instance: TestServer) => {
    const { status } = await instance.ask('POST', `${account}/calls`, { method: 'getState' });
    if (status !== 200) throw new Error(`the call was answered with ${status}`);
  };
  const here: number[] = [];
  const through: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const bare = await timed(() => library.call({ on: null, method: 'getState', args: [] }));
    here.push((await timed(() => ask(server))) - bare);
    through.push((await timed(() => ask(other))) - bare);
  }
  await stop();
  return [
    heldTo(
      bars.callHere,
      `a call, minus the library, median of ${rounds}`,
      median(here),
      `${median(here).toFixed(1)} ms`,
    ),
    heldTo(bars.callThrough, 'the same through another instance', median(through), `${median(through).toFixed(1)} ms`),
  ];
}
