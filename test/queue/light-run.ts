import type { PlannedCell } from '../../src/contracts/run.ts';
import { openStore } from '../../src/store/open-store.ts';
import { type LightRun, runOnWorkers } from './light-workers.ts';

/** A run whose attempts workers make, as a process: a new one, or the rest of one. Prints its id, then its exit code. */
const { plan, resume, ...options }: LightRun & { plan: PlannedCell[]; resume?: string } = JSON.parse(
  process.argv[2] ?? '{}',
);

async function resumed(id: string) {
  const store = await openStore();
  try {
    const kept = await store.runs.get(id);
    if (!kept) throw new Error(`the store has no run ${id}`);
    return { resumed: kept.run, plan: await store.plannedCells.ofRun(id) };
  } finally {
    await store.close();
  }
}

const before = resume === undefined ? null : await resumed(resume);
const observer = { runStarted: ({ id }: { id: string }) => console.log(id) };
const say = (line: string) => process.stderr.write(`${line}\n`);
const { exit } = await runOnWorkers(before?.plan ?? plan, {
  ...{ ...options, observer, say },
  ...(before && { resumed: before.resumed }),
});
console.log(`exit ${exit}`);
