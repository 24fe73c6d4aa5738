import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEvidence } from '../../src/blobs/evidence-store.ts';
import { stopSignal } from '../../src/cli/process/signals.ts';
import { exitCode } from '../../src/contracts/exit-code.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { WaitsForLease } from '../../src/queue/job.ts';
import { serveQueue } from '../../src/queue/serve-queue.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { baseFacts, useCapturesOf } from '../../src/replica/builds/run-facts.ts';
import { failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import type { LightWorkerOptions } from './light-workers.ts';

/** A worker whose attempts take some milliseconds and start no browser: all else is what `worker` does. Options come as JSON. */
const options: LightWorkerOptions = JSON.parse(process.argv[2] ?? '{}');
const { url, name, folder, slots = 1, lostAfterMs, attemptMs, idleMs, version = 'test', fails, accountMs } = options;
let { instead } = options;
const { browsers = ['current'], libraries, lacks = [], facts = baseFacts(), showsModules } = options;

const waited = new Set<string>();
const say = (line: string) => console.log(line);
const stop = stopSignal(() => {});
const link = await FleetLink.open(url, say);
say('serving');
await serveQueue(link, {
  ...{ name, version, facts, slots, lostAfterMs, idleMs, say },
  evidence: openEvidence(join(folder, 'evidence'), {}),
  serves: { targets: ['replica'], browsers, ...(libraries && { libraries }) },
  signal: stop.signal,
  runFolder: () => join(folder, name),
  tidy: () => {},
  async haveBrowser(browser) {
    if (lacks.includes(browser)) throw new Error(`browser "${browser}" does not start`);
  },
  useCaptures: (captures) => useCapturesOf({ base: baseFacts(), captures }),
  async attempt({ id, seed, cell }, signal) {
    say(`begins ${id}`);
    if (fails) throw new Error(fails);
    if (id.endsWith('-0001') && accountMs && !waited.has(id)) {
      waited.add(id);
      throw new WaitsForLease('account anna: another attempt uses it', Date.now() + accountMs);
    }
    const startedAt = new Date().toISOString();
    const modules = () => Object.keys(resolveSurface(cell.build).modules).length;
    if (showsModules) instead = { browserVersion: `${modules()} modules` };
    await sleep(attemptMs / 2 + Math.random() * attemptMs, undefined, { signal });
    // What the attempt does depends on its cell and seed alone, as on the replica.
    const [first = 0] = createHash('sha256').update(`${cell.library} ${seed}`).digest();
    if (first % 10 > 0) return passedAttempt({ id, seed, startedAt, ...instead });
    const artifacts = join(folder, name, id);
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(artifacts, 'events.json'), '[]\n');
    return failedAttempt({ id, seed, startedAt, artifacts: id, ...instead });
  },
}).catch((error: Error) => {
  say(error.message);
  process.exitCode = exitCode.trouble;
});
stop[Symbol.dispose]();
await link.close();
