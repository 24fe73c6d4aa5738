/**
 * How long a verdict over many stored attempts takes, and the memory of the process that makes it:
 *
 *     node test/bench/gate.ts [attempts]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { policySchema } from '../../src/contracts/policy.ts';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { judge } from '../../src/gate/judge.ts';
import { openStore } from '../../src/store/open-store.ts';
import { collectFromStore } from '../../src/verdicts/collect-attempts.ts';

const libraries = ['1.33.2', '1.34.2'];
const builds = ['2.3000.1026515401', '2.3000.1029241508', '2.3000.1032534684', '2.3000.1044822804'];
const asOf = '2026-01-10T00:00:00.000Z';

/** A record is about as long as a real one of an attempt that passed. */
const record = JSON.stringify({ events: 'x'.repeat(2000) });

async function fill(file: string, attempts: number): Promise<void> {
  await (await openStore(file)).close();
  const database = new DatabaseSync(file);
  database.exec("insert into runs (id, started_at, seed, machine) values ('run', '2026-01-09T00:00:00.000Z', 1, '{}')");
  const insert = database.prepare(
    `insert into attempts (id, run_id, library, build, browser, flow, "condition", target, started_at, outcome, phase, code, blame, duration_ms, phases, record)
     values (?, 'run', ?, ?, 'current', 'qr-to-ready', 'none', 'replica', '2026-01-09T00:00:00.000Z', ?, ?, ?, ?, 4000, ?, ?)`,
  );
  const random = seededRandom(1);
  database.exec('begin');
  for (let i = 0; i < attempts; i++) {
    const fails = random() < 0.02;
    const ready = 1500 + Math.round(random() * 1000);
    insert.run(
      `attempt-${i}`,
      libraries[i % 2] as string,
      builds[(i >> 1) % builds.length] as string,
      ...(fails ? ['failed', 'ready', 'no-ready', 'library'] : ['passed', null, null, null]),
      JSON.stringify({
        launch: 700,
        page: 200,
        qr: 400,
        scan: 20,
        authenticated: 150,
        ...(fails ? {} : { ready, probe: 90, close: 60 }),
      }),
      record,
    );
  }
  database.exec('commit');
  database.close();
}

async function measure(file: string): Promise<void> {
  const policy = parseYamlFile('compat-matrix/policy.yaml', policySchema);
  const store = await openStore(file);
  const selection = { baseline: '1.33.2', candidate: '1.34.2', choice: {}, target: 'replica' } as const;
  const started = clock();
  const collector = await collectFromStore(store, selection, policy, asOf);
  const collected = clock();
  const { verdict } = judge(collector.evidence(), policy);
  const judged = clock();
  await store.close();
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${verdict}: ${spent(started, judged)} (reading ${spent(started, collected)}, judging ${spent(collected, judged)}), ${megabytes} MB at most`,
  );
}

/** Time by the wall and of the processor: on a machine that others use too, only the second says something. */
function clock(): { wallMs: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

function spent(from: ReturnType<typeof clock>, to: ReturnType<typeof clock>): string {
  return `${Math.round(to.wallMs - from.wallMs)} ms, CPU ${Math.round(to.cpuMs - from.cpuMs)}`;
}

const [first, measured] = process.argv.slice(2);
if (first === 'measure') {
  await measure(measured as string);
} else {
  for (const attempts of first ? [Number(first)] : [10_000, 1_000_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'gate-bench-'));
    const file = join(folder, 'store.sqlite');
    await fill(file, attempts);
    process.stdout.write(`${attempts} attempts: `);
    // A process of its own, so that its memory is only that of the verdict.
    spawnSync(process.execPath, [import.meta.filename, 'measure', file], { stdio: 'inherit' });
    rmSync(folder, { recursive: true });
  }
}
