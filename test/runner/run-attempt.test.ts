import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Flow, type FlowContext, flow } from '../../src/runner/flow.ts';
import { toyLibrary } from '../host/toy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { attemptToy, toyCell } from './toy-attempt.ts';

test('a library that throws when it is required is named as the one to blame', async () => {
  const attempt = await attemptToy('throws-on-require');
  expect(attempt).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'library-load-failed', blame: 'library' });
  expect(attempt.cause?.message).toContain('this release does not load on this Node');
});

test('an initialize that never settles and starts no browser ends at the deadline', async () => {
  const attempt = await attemptToy('never-settles', { deadlineFactor: 0.05 });
  expect(attempt).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'initialize-failed', blame: 'library' });
  expect(attempt.durationMs).toBeLessThan(3_000);
});

test('a library that blocks its process is ended at the deadline', async () => {
  const attempt = await attemptToy('blocks', { deadlineFactor: 0.05 });
  expect(attempt).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'initialize-failed' });
  expect(attempt.durationMs).toBeLessThan(3_000);
});

test.each(['exits', 'leaves-rejection'])(
  'a host process that ends by itself (%s) is a finding at once',
  async (name) => {
    const attempt = await attemptToy(name);
    expect(attempt).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'host-died', blame: 'library' });
  },
);

test('a QR text that no phone takes is a finding with the reason of the phone', async () => {
  const attempt = await attemptToy('obedient');
  expect(attempt).toMatchObject({ outcome: 'failed', phase: 'scan', code: 'qr-rejected', blame: 'library' });
  expect(attempt.cause?.message).toContain('qr-');
  expect(Object.keys(attempt.phases)).toEqual(['launch', 'page', 'qr']);
});

test('no secret of a QR text is in the record or in the evidence on disk', async () => {
  const runFolder = temporaryFolder();
  const attempt = await attemptToy('obedient', {
    runFolder,
    flow: flow('linked', async ({ client }) => {
      await client.start();
      await client.ready();
      throw new Error(`leaks ${await client.qr()}`);
    }),
  });
  expect(attempt.artifacts).toBe('toy-0001');
  const evidence = join(runFolder, 'toy-0001');
  expect(await readdir(evidence)).toContain('events.json');
  const files = await Promise.all((await readdir(evidence)).map((file) => readFile(join(evidence, file), 'utf8')));
  for (const secret of ['toy-reference', 'toy-noise-key', 'toy-identity-key', 'toy-adv-secret', 'private words']) {
    expect(JSON.stringify([attempt, files])).not.toContain(secret);
  }
});

test.each([
  ['a browser that starts on a profile which is locked', {}, 'the browser ignored it'],
  ['a flow that keeps its profile elsewhere', { auth: toyLibrary('obedient') }, 'the strategy of the flow'],
])('%s shows nothing of locked-profile, and never passes', async (_, options, why) => {
  const attempt = await attemptToy('obedient', {
    cell: { ...toyCell, condition: 'locked-profile' },
    flow: flow('started', async ({ client }) => client.start(), options),
  });
  expect(attempt).toMatchObject({ outcome: 'infra', phase: 'launch', code: 'condition-not-shown', blame: 'harness' });
  expect(attempt.cause?.message).toContain(why);
});

test('a flow that goes well to its end has passed, with a timing for every phase', async () => {
  const attempt = await attemptToy('obedient', {
    flow: flow('linked', async ({ client }) => {
      await client.start();
      await client.qr();
      await client.authenticated();
      await client.ready();
    }),
  });
  expect(attempt).toMatchObject({
    outcome: 'passed',
    phase: null,
    code: null,
    blame: null,
    cause: null,
    artifacts: null,
  });
  expect(Object.keys(attempt.phases)).toEqual(['launch', 'page', 'qr', 'authenticated', 'ready', 'close']);
  expect(attempt.page.debugVersion).toBe('2.3000.1');
});

test('an error of the flow itself is blamed on the flow', async () => {
  const attempt = await attemptToy('obedient', {
    flow: flow('broken', async () => {
      throw new TypeError('this flow has a mistake');
    }),
  });
  expect(attempt).toMatchObject({ outcome: 'failed', code: 'flow-error', blame: 'harness' });
  expect(attempt.cause?.message).toBe('this flow has a mistake');
});

test('a flow that never ends is ended', async () => {
  const endless = flow('endless', () => new Promise(() => {}));
  const attempt = await attemptToy('obedient', { flow: endless, deadlineFactor: 0.005 });
  expect(attempt).toMatchObject({ outcome: 'failed', code: 'flow-error', blame: 'harness' });
});

test('the time of a flow stands still while its probes wait for a condition', async () => {
  const number = '13125550100';
  const client = {
    sessionFacts: async () => ({ state: 'CONNECTED', wid: `${number}@c.us` }),
    pageFacts: async () => ({ debugVersion: toyCell.build }),
    message: async (body: string) => ({ id: body, from: '12025550199@c.us', fromMe: false }),
  };
  const phone = { number, send: async () => {} };
  const probes = async ({ probe }: FlowContext) => {
    for (const _ of Array(4)) await probe(client as never, phone as never);
  };
  // Each of the probes waits for 0.53 s.
  const cell = { ...toyCell, condition: 'repeated-sync' };
  const options = { deadlineSeconds: 0.5 };
  const waits: Flow['body'] = async (context) => {
    await probes(context);
    await context.wait(1);
  };
  const [probed, waited] = await Promise.all([
    attemptToy('obedient', { cell, flow: flow('probes', probes, options) }),
    attemptToy('obedient', { cell, flow: flow('waits', waits, options) }),
  ]);
  expect(probed.outcome).toBe('passed');
  expect(waited).toMatchObject({ code: 'flow-error', cause: { message: 'the flow did not end within 500 ms' } });
});

test('another library than the one that was asked for is a mismatch even when everything went well', async () => {
  const attempt = await attemptToy('obedient', {
    cell: {
      library: '1.34.2',
      build: '2.3000.1029241508',
      browser: 'none',
      flow: 'start',
      condition: 'none',
      switches: {},
      target: 'replica',
    },
    flow: flow('start', ({ client }) => client.start()),
  });
  expect(attempt).toMatchObject({ outcome: 'failed', code: 'provenance-mismatch', blame: 'harness' });
  expect(attempt.cause?.message).toContain('1.34.2 was asked for');
  expect(attempt.cause?.message).toContain('0.0.1 was loaded');
});

test('an interrupted attempt is recorded as such and its processes are gone within 2 s', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  const start = performance.now();
  const attempt = await attemptToy('blocks', { signal: controller.signal });
  expect(performance.now() - start).toBeLessThan(2_300);
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'interrupted', blame: 'harness' });
});

test('a folder for temporary files that cannot be written is trouble of the machine', async () => {
  const runFolder = temporaryFolder();
  vi.stubEnv('TMPDIR', '/proc/nowhere');
  const attempt = await attemptToy('obedient', { runFolder });
  vi.unstubAllEnvs();
  expect(attempt).toMatchObject({ outcome: 'infra', code: 'harness-error', blame: 'harness' });
  expect(attempt.cause?.message).toContain('/proc/nowhere');
});
