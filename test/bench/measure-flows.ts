import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import { type Flow, flow, linkByQr } from '../../src/runner/flow.ts';
import { flowNames } from '../../src/runner/load-flow.ts';
import { runPlan, runSupplied } from '../../src/runner/run-plan.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { mustPass, type Subject } from './measure.ts';
import { median, medianInterval } from './statistics.ts';

const bareRestore = fileURLToPath(new URL('./bare-restore.cjs', import.meta.url));

/** Milliseconds from a second start to `ready` in a bare script. */
async function restoreBare({ planned, library, browser }: Subject): Promise<number> {
  const dataPath = await mkdtemp(join(tmpdir(), 'wwebjs-bench-'));
  const replica = await startReplica({ build: planned.cell.build });
  const argument = JSON.stringify({
    packageDir: library.packageDir,
    browser: { executablePath: browser.executablePath, args: [...browser.args, ...replica.chromiumArgs] },
    dataPath,
    phoneUrl: replica.phoneUrl,
    number: '13125550100',
  });
  const child = spawn(process.execPath, [bareRestore, argument], {
    cwd: dataPath,
    env: { PATH: process.env.PATH, HOME: dataPath, TMPDIR: dataPath, ...browser.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = await text(child.stdout);
  await replica.close();
  await rm(dataPath, { recursive: true, force: true });
  return Number(printed || Number.NaN);
}

/** Runs a flow once in the cell of the subject. */
async function attempt({ planned, supplies }: Subject, of: Flow): Promise<Attempt> {
  const records: Attempt[] = [];
  const withFlow = { label: supplies.label, of: (cell: Cell) => ({ ...supplies.of(cell), flow: of }) };
  const observers = [mustPass, { attemptEnded: (_: unknown, record: Attempt) => void records.push(record) }];
  await runSupplied([{ ...planned, repeat: 1 }], withFlow, { slots: 1, seed: 1, observers });
  return records[0] as Attempt;
}

/** What the harness adds to a restore, in pairs that take turns in who begins. */
export async function restoreOverhead(subject: Subject, pairs: number): Promise<Figure> {
  let harnessMs = 0;
  const timed = flow('timed-restore', async (context) => {
    await linkByQr(context);
    const { client } = context;
    await client.close();
    const began = performance.now();
    await client.start();
    await client.ready();
    harnessMs = performance.now() - began;
  });
  const harness = async () => {
    await attempt(subject, timed);
    return harnessMs;
  };
  const differences: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair % 2 === 0 ? await restoreBare(subject) : await harness();
    const second = pair % 2 === 0 ? await harness() : await restoreBare(subject);
    differences.push(pair % 2 === 0 ? second - first : first - second);
  }
  const middle = median(differences);
  const range = medianInterval(differences).map((ms) => ms.toFixed(0));
  const name = `restore-to-ready minus bare, median of ${pairs} pairs`;
  return heldTo(bars.restore, name, middle, `${middle.toFixed(0)} ms (95 %: ${range.join(' to ')})`);
}

/** A text from the library to the phone and another back, `rounds` times in one attempt. */
export async function roundTrip(subject: Subject, rounds: number): Promise<Figure> {
  const times: number[] = [];
  const talk = flow('round-trips', async (context) => {
    await linkByQr(context);
    const { client, phone } = context;
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await client.send(phone.contact, `ping ${round}`);
      await phone.received(`ping ${round}`);
      await phone.send(`pong ${round}`, phone.contact);
      await client.message(`pong ${round}`);
      times.push(performance.now() - began);
    }
  });
  await attempt(subject, talk);
  const value = `${median(times).toFixed(0)} ms (slowest ${Math.max(...times).toFixed(0)} ms)`;
  return heldTo(bars.roundTrip, `message-round-trip, median of ${rounds}`, median(times), value);
}

/** All flows but the variants (`name@variant`), one after the other. What does not pass does not count as fast. */
export async function allFlows({ planned }: Subject): Promise<Figure> {
  const flows = flowNames().filter((name) => !name.includes('@'));
  const plan = flows.map((name) => ({ ...planned, cell: { ...planned.cell, flow: name } }));
  const outcomes: string[] = [];
  const began = performance.now();
  await runPlan(plan, {
    slots: 1,
    seed: 1,
    say: console.error,
    observers: [{ attemptEnded: (_, { outcome }) => void outcomes.push(outcome) }],
  });
  const seconds = (performance.now() - began) / 1000;
  const passed = outcomes.filter((outcome) => outcome === 'passed').length;
  const name = `${flows.length} flows one after the other (${passed} passed)`;
  return heldTo(bars.allFlows, name, seconds, `${seconds.toFixed(1)} s`);
}
