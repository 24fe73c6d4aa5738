import type { HeapSizes } from '../src/contracts/host.ts';
import { Finding } from '../src/runner/finding.ts';
import { type Flow, type FlowContext, type FlowOptions, flow, linkByQr } from '../src/runner/flow.ts';
import { slopeOf } from '../src/runner/slope-of.ts';
import { textsEachWay } from './linked-device.ts';

/** One minute of a connected client, at ten times the usual speed. */
export default soak('soak', 1, { timeScale: 0.1 });

const secondsBetweenMessages = 2;
/** The bar: so much may be kept of a text each way. */
const bytesPerRound = 20 * 1024;

/**
 * Stays connected for `minutes`, with a text to and from the phone every two seconds. No text may be lost or arrive twice, and neither
 * the library's process nor the page may keep more than 20 kB of a round.
 */
export function soak(name: string, minutes: number, options: FlowOptions): Flow {
  const seconds = minutes * 60;
  const deadlineSeconds = 120 + 2 * seconds * (options.timeScale ?? 1);
  return flow(name, (context) => keepTalking(context, seconds / secondsBetweenMessages), {
    deadlineSeconds,
    ...options,
  });
}

async function keepTalking(context: FlowContext, rounds: number): Promise<void> {
  const { client, phone, probe } = context;
  await linkByQr(context);
  const heaps: HeapSizes[] = [];
  await textsEachWay(context, rounds, secondsBetweenMessages, async () => {
    const sizes = await client.heapSizes();
    if (sizes !== null) heaps.push(sizes);
  });
  await probe(client, phone);
  if (heaps.length < rounds / 2) {
    throw new Finding('harness-error', `memory could be measured after ${heaps.length} of ${rounds} rounds only`);
  }
  demandNoGrowth(
    'the process of the library',
    heaps.map(({ host }) => host),
  );
  demandNoGrowth(
    'the page',
    heaps.map(({ page }) => page),
  );
}

/** @param sizes bytes in use after each round. */
function demandNoGrowth(who: string, sizes: readonly number[]): void {
  const slope = slopeOf(sizes);
  if (slope <= bytesPerRound) return;
  const most = kilobytes(bytesPerRound);
  throw new Finding(
    'memory-growth',
    `${who} keeps ${kilobytes(slope)} kB more after every round of a text each way, over ${sizes.length} rounds; ${most} kB are allowed`,
  );
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}
