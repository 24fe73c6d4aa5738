import { setTimeout as sleep } from 'node:timers/promises';
import { Finding } from '../src/runner/finding.ts';
import { type Flow, type FlowContext, type FlowOptions, flow, linkByQr } from '../src/runner/flow.ts';

/** One minute of a connected client, at ten times the usual speed. */
export default soak('soak', 1, { timeScale: 0.1 });

const secondsBetweenMessages = 2;
const megabyte = 1024 * 1024;
/** Growth that proves no leak: V8 keeps garbage while there is room. 200 rounds without a pause added 80 MB. */
const allowanceBytes = 100 * megabyte;
/** The slope. A text takes a few kilobytes in page and library together. */
const bytesPerRound = 20 * 1024;

/**
 * Stays connected for `minutes`, with a message to and from the phone every two seconds. No message may be lost or arrive twice,
 * and library and browser may not grow by more than 100 MB plus 20 kB per round.
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
  const { client, phone, probe, wait } = context;
  await linkByQr(context);
  const before = await client.memory();
  for (let round = 1; round <= rounds; round++) {
    await client.send(phone.contact, `ping ${round}`);
    await phone.received(`ping ${round}`);
    await phone.send(`pong ${round}`, phone.contact);
    await client.message(`pong ${round}`);
    await wait(secondsBetweenMessages);
  }
  await probe(client, phone);
  const after = await settledMemory(client, before);
  if (before === null || after === null) return;
  const most = allowanceBytes + rounds * bytesPerRound;
  if (after - before > most) {
    throw new Finding(
      'memory-growth',
      `${megabytes(after - before)} MB more after ${rounds} messages each way; ${megabytes(most)} MB are allowed`,
    );
  }
}

/** The least of a few measurements: between two of them the garbage collector may have run. */
async function settledMemory(client: FlowContext['client'], enough: number | null): Promise<number | null> {
  let least = await client.memory();
  for (let look = 0; look < 3 && least !== null && least > (enough ?? 0) + allowanceBytes; look++) {
    await sleep(1_000);
    least = Math.min(least, (await client.memory()) ?? least);
  }
  return least;
}

function megabytes(bytes: number): string {
  return (bytes / megabyte).toFixed(0);
}
