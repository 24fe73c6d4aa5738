/** `memory-parent.ts ATTEMPTS`: runs attempts of a toy library in this process and prints how much memory it took, as JSON. */
import '../../src/runner/small-heap.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { flow } from '../../src/runner/flow.ts';
import { runSupplied } from '../../src/runner/run-plan.ts';
import type { Supplies } from '../../src/runner/supplies.ts';
import { mustPass } from './measure.ts';

const attempts = Number(process.argv[2]);
const build = '2.3000.1029241508';
const packageDir = fileURLToPath(new URL('../fixtures/toy-libraries/obedient', import.meta.url));
const library = {
  label: '0.0.1',
  version: '0.0.1',
  packageDir,
  root: packageDir,
  integrity: null,
  source: null,
  lockHash: '',
};
const sandbox = { on: false, why: 'there is no browser' };
const browser = { name: 'none', executablePath: '/nowhere', version: '', args: [], env: {}, sandbox };
/** Everything but the scan, which no toy survives: the replica is started and ended for every attempt all the same. */
const toReady = flow('toy-to-ready', async ({ client }) => {
  await client.start();
  await client.qr();
  await client.authenticated();
  await client.ready();
});
const supply = { library, browser, flow: toReady, surface: resolveSurface(build), prediction: null };
const supplies: Supplies = { label: (planned) => planned, of: () => supply };
const cell = {
  library: '0.0.1',
  build,
  browser: 'none',
  flow: toReady.name,
  condition: 'none',
  switches: {},
  target: 'replica',
} as const;

process.env.WWEBJS_CANARY_HOME = await mkdtemp(join(tmpdir(), 'wwebjs-bench-'));
let peak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const plan = [{ cell, expectation: null, repeat: attempts }];
await runSupplied(plan, supplies, { slots: 2, seed: 1, observers: [mustPass, { attemptEnded: look }] });
await rm(process.env.WWEBJS_CANARY_HOME, { recursive: true, force: true });
console.log(JSON.stringify({ attempts, peakMegabytes: peak / 1024 / 1024 }));
process.exit(0);
