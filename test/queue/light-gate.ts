import { openEvidence } from '../../src/blobs/evidence-store.ts';
import { FleetAttempts } from '../../src/queue/fleet-attempts.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import { factsInEffect } from '../../src/replica/builds/run-facts.ts';
import { runToResume } from '../../src/runs/resumed-run.ts';
import { openStore } from '../../src/store/open-store.ts';
import { runGate } from '../../src/verdicts/run-gate.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';

/** What a process needs to judge two versions whose attempts light workers make. */
export interface LightGate {
  url: string;
  /** As of the workers. */
  folder: string;
  lostAfterMs: number;
  /** A run that was cut off and goes on. */
  resume?: string;
}

/** Judges two versions into the store of the home of this process. Prints the id of the run, then the verdict as JSON. */
const { url, folder, lostAfterMs, resume }: LightGate = JSON.parse(process.argv[2] ?? '{}');
const link = await FleetLink.open(url, () => {});
const store = await openStore();
const evidence = openEvidence(`${folder}/evidence`, {});
const say = () => {};
const maker = await FleetAttempts.open(link, { evidence, version: 'test', facts: factsInEffect, lostAfterMs, say });
const choice = { build: ['2.3000.1032534684'], flow: ['qr-to-ready'], browser: ['current'] };
const selection = { baseline: '1.33.2', candidate: '1.34.7', choice, target: 'replica' as const };
const resumed = resume === undefined ? undefined : await runToResume(store, resume);
const observe = () => ({ runStarted: ({ id }: { id: string }) => console.log(id) });
const { verdict } = await runGate(store, {
  ...{ selection, policy: defaultPolicy, slots: 16, seed: 5, maker, resumed, observe, say },
});
console.log(JSON.stringify(verdict));
await store.close();
await link.close();
