import { openEvidence } from '../../blobs/evidence-store.ts';
import { packageVersion } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import type { TraceMode } from '../../contracts/trace.ts';
import type { FleetAttempts } from '../../queue/fleet-attempts.ts';
import { factsInEffect } from '../../replica/builds/run-facts.ts';
import { lostAfterMs, type QueueOptions } from '../options/queue-options.ts';

/**
 * Loads what works with a queue: only where it is asked for, since its packages are optional.
 *
 * @throws TroubleError when they are not installed.
 */
export async function loadQueue() {
  try {
    return {
      ...(await import('../../queue/fleet-link.ts')),
      ...(await import('../../queue/fleet-attempts.ts')),
      ...(await import('../../queue/fleet-counts.ts')),
      ...(await import('../../queue/serve-queue.ts')),
      ...(await import('../../queue/worker-attempts.ts')),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !/'(bullmq|ioredis)'/.test(message)) throw error;
    throw new TroubleError('--queue needs two more packages: npm install bullmq@^6.7.0 ioredis@^6.0.0');
  }
}

/**
 * Works with the workers of the queue that the options name; without one where they name none.
 *
 * @throws InputError, TroubleError as `FleetLink.open` does.
 */
export async function withFleet<T>(
  { queue, evidence, trace, ...options }: QueueOptions & { trace?: TraceMode | undefined },
  say: (line: string) => void,
  work: (maker: FleetAttempts | undefined) => Promise<T>,
): Promise<T> {
  if (queue === undefined) {
    // The variable is set for all commands of a machine, and some use no queue.
    if (evidence !== undefined && evidence !== process.env.WWEBJS_CANARY_EVIDENCE)
      throw new InputError(`--evidence ${evidence}: it goes with --queue`);
    return work(undefined);
  }
  const { FleetAttempts, FleetLink } = await loadQueue();
  const store = openEvidence(evidence, process.env);
  const link = await FleetLink.open(queue, say);
  try {
    const version = packageVersion();
    const facts = { version, facts: factsInEffect };
    return await work(
      await FleetAttempts.open(link, { ...facts, evidence: store, trace, lostAfterMs: lostAfterMs(options), say }),
    );
  } finally {
    await link.close();
  }
}
