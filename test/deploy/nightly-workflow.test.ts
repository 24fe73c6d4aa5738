import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type ExampleCell, exampleRun, failedAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';
import { reportRun } from '../fixtures/recorded-run.ts';
import { toyFiles, toyHome, toys } from '../support/toy-project.ts';
import { startWebhook } from '../support/webhook.ts';
import { makeProject } from './github/project.ts';
import { makeForge, runWorkflow } from './github/runner.ts';

// Each job of a workflow is several processes, one after another.
vi.setConfig({ testTimeout: 60_000 });

const workflow = 'deploy/ci/github-sharded/nightly.yml';
const project = makeProject({ main: '1.34.7' });
const libraries = ['1.34.2', '1.34.7'];

/** Writes the artifact of each shard as its job uploads it, without those that are lost. */
async function uploadShards(
  artifacts: string,
  night: number,
  cells: readonly ExampleCell[],
  lost: readonly number[] = [],
) {
  rmSync(artifacts, { recursive: true });
  for (const [i, cell] of cells.entries()) {
    const index = i + 1;
    if (lost.includes(index)) continue;
    const folder = join(artifacts, `shard-${index}`);
    mkdirSync(folder, { recursive: true });
    const part = { shard: { index, count: cells.length }, whole: cells.map((one) => one.planned) };
    const run = { ...exampleRun, id: `night-${night}-${index}`, startedAt: `2026-11-2${night}T02:17:00.000Z` };
    await reportRun('blob', join(folder, `shard-${index}.blob`), [cell], { part, run: { run } });
  }
}

const cells = (attempts: readonly ExampleCell['attempts'][]) =>
  attempts.map((made, i) => ({ planned: planned({ library: libraries[i] as string }), attempts: made }));

test('each night is judged, kept, and compared with the night before; a webhook is notified of changes', {
  timeout: 60_000,
}, async () => {
  const [notified, address, close] = await startWebhook();
  const secrets = { WWEBJS_CANARY_WEBHOOK: address };
  const forge = makeForge(project.repository);
  const night = async (number: number, made: readonly ExampleCell['attempts'][], lost?: readonly number[]) => {
    await uploadShards(forge.artifacts, number, cells(made), lost);
    const only = { job: 'report', needs: { attempts: { result: lost ? 'failure' : 'success' } } } as const;
    return runWorkflow(workflow, { forge, event: 'schedule', ref: 'main', secrets, env: project.env, only });
  };
  try {
    const first = await night(1, [[passedAttempt()], [passedAttempt()]]);
    expect(first.results.report, first.log).toBe('success');
    expect(readdirSync(forge.caches)).toHaveLength(1);

    const second = await night(2, [[passedAttempt()], [failedAttempt()]]);
    expect(second.results.report).toBe('failure');
    expect(second.log).toMatch(/^::error title=not as expected%3A 1\.34\.7 /m);
    expect(second.summary, second.log).toContain('passed before, fails now');
    expect(notified).toEqual(['unexpected 1.34.7']);

    const third = await night(3, [[], [passedAttempt()]], [1]);
    expect(third.results.report).toBe('failure');
    expect(third.summary).toContain('shard 1/2 is missing');
    expect(notified).toEqual(['unexpected 1.34.7', 'over 1.34.7']);
    expect(readdirSync(join(forge.artifacts, 'wwebjs-canary-reports'))).toContain('changes.md');
  } finally {
    await close();
  }
});

test('the nightly workflow does a whole night, shows it, keeps it, and notifies a webhook', async () => {
  const home = await toyHome();
  for (const folder of ['capture', 'captures']) {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, 'kept'), '');
  }
  const [notified, address, close] = await startWebhook();
  const files = toyFiles([toys.works, toys.fails], ['2.3000.1029241508'], 'budget: 5\nrun: {}\ngate: {}');
  const project = makeProject({ main: toys.works }, files);
  const forge = makeForge(project.repository);
  const nowhere = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
  try {
    const ran = await runWorkflow('deploy/ci/github/wwebjs-canary-nightly.yml', {
      ...{ forge, event: 'schedule', ref: 'main', secrets: { WWEBJS_CANARY_WEBHOOK: address } },
      env: { ...project.env, ...nowhere, WWEBJS_CANARY_HOME: home },
    });
    expect(ran.results.nightly, ran.log).toBe('failure');
    expect(ran.log).toMatch(/^::error title=not as expected%3A 0\.0\.2 /m);
    expect(ran.summary).toMatch(/whatsapp-web\.js nightly.*not as expected.*whatsapp-web\.js on WhatsApp Web/s);
    expect(notified).toEqual(['unexpected 0.0.2', 'night']);
    const reports = readdirSync(join(forge.artifacts, 'wwebjs-canary-reports'));
    expect(reports).toEqual(expect.arrayContaining(['night.json', 'night.md', 'report.json', 'summary.md']));
    const [history = '', ...others] = readdirSync(forge.caches).filter((name) =>
      name.startsWith('wwebjs-canary-history-'),
    );
    expect(others).toEqual([]);
    // The next night compares with the last capture, and requests no script again.
    const kept = readdirSync(join(forge.caches, history)).map((name) => name.split('%').at(-1));
    expect(kept.sort()).toEqual(['capture', 'captures', 'store.sqlite']);
  } finally {
    await close();
    vi.unstubAllEnvs();
  }
});

test('with every shard lost the report says so and fails', async () => {
  const forge = makeForge(project.repository);
  const only = { job: 'report', needs: { attempts: { result: 'failure' } } } as const;
  const ran = await runWorkflow(workflow, { forge, event: 'schedule', ref: 'main', env: project.env, only });
  expect(ran.results.report).toBe('failure');
  expect(ran.log).toContain('::error title=wwebjs-canary::every shard was lost: there is no blob in shards');
});
