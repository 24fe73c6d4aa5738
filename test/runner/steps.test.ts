import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Finding } from '../../src/runner/finding.ts';
import { Steps } from '../../src/runner/steps.ts';

const never = () => new Promise<never>(() => {});

test('the timing of a phase counts from the end of the one before', async () => {
  const ended: string[] = [];
  const steps = new Steps(1, (phase) => ended.push(phase));
  await steps.run('launch', () => sleep(30));
  await sleep(30);
  await steps.run('page', async () => {});
  expect(ended).toEqual(['launch', 'page']);
  expect(steps.timings.launch).toBeGreaterThanOrEqual(28);
  expect(steps.timings.page).toBeGreaterThanOrEqual(28);
});

test('ready is due five seconds after the scan, however long authenticated took', async () => {
  const steps = new Steps(0.1, () => {});
  await steps.run('scan', async () => {});
  await steps.run('authenticated', () => sleep(400));
  const start = performance.now();
  await expect(steps.run('ready', never)).rejects.toMatchObject({ code: 'no-ready' });
  expect(performance.now() - start).toBeLessThan(400);
});

test('without a scan, ready is due five seconds after the page', async () => {
  const steps = new Steps(0.01, () => {});
  await steps.run('page', async () => {});
  await sleep(60);
  await expect(steps.run('ready', never)).rejects.toMatchObject({ code: 'no-ready' });
});

test('what a flow does between two steps, such as a pause or a step that fails, takes no time of the next one', async () => {
  const steps = new Steps(0.02, () => {});
  await steps.run('page', async () => {});
  await expect(steps.run('event', never)).rejects.toMatchObject({ code: 'no-event' });
  await sleep(120);
  await expect(steps.run('event', () => sleep(40, 'came'))).resolves.toBe('came');
});

test('a failure ends the phase under way and every later one', async () => {
  const steps = new Steps(1, () => {});
  const phase = steps.run('qr', never);
  steps.fail(new Finding('browser-died', 'gone'));
  steps.fail(new Finding('host-died', 'too late to count'));
  await expect(phase).rejects.toMatchObject({ code: 'browser-died' });
  await expect(steps.run('ready', never)).rejects.toMatchObject({ code: 'browser-died' });
});

test('what had happened before a failure still counts', async () => {
  const steps = new Steps(1, () => {});
  steps.fail(new Finding('browser-died', 'gone'));
  await expect(steps.run('ready', () => Promise.resolve('was there'))).resolves.toBe('was there');
});

test('a call that is refused in one turn with a failure ends its step by that failure', async () => {
  const steps = new Steps(1, () => {});
  const call = Promise.withResolvers<never>();
  const step = steps.run('launch', () => call.promise);
  call.reject(new Error('the host ended'));
  steps.fail(new Finding('host-died', 'code 3'));
  await expect(step).rejects.toMatchObject({ code: 'host-died' });
});

test.each([0, 1, 5, 20])(
  'what came in one turn with a failure, before it, ends its step across %i promises',
  async (depth) => {
    const steps = new Steps(1, () => {});
    const page = Promise.withResolvers<string>();
    const across = async (left: number): Promise<string> => (left === 0 ? page.promise : await across(left - 1));
    const phase = steps.run('page', () => across(depth));
    page.resolve('loaded');
    steps.fail(new Finding('initialize-failed', 'at once after the page'));
    await expect(phase).resolves.toBe('loaded');
    await expect(steps.run('qr', never)).rejects.toMatchObject({ code: 'initialize-failed' });
    expect(steps.phase).toBe('qr');
  },
);

test.each([
  [{ isLoaded: false, hasBrowser: false }, 'library-load-failed'],
  [{ isLoaded: true, hasBrowser: false }, 'initialize-failed'],
  [{ isLoaded: true, hasBrowser: true }, 'browser-launch-failed'],
])('a launch that came as far as %j and no further is %s', async (progress, code) => {
  const steps = new Steps(0.001, () => {});
  await expect(steps.run('launch', never, () => progress)).rejects.toMatchObject({ code });
});

test('a step that begins inside another has its own deadline and code, and is no phase of its own', async () => {
  const steps = new Steps(0.01, () => {});
  const outer = steps.run('probe', () => steps.run('ack', never));
  await expect(outer).rejects.toMatchObject({ code: 'no-ack' });
  expect(steps.phase).toBe('probe');
  expect(steps.spans.map(({ phase, outcome }) => [phase, outcome])).toEqual([['probe', 'failed']]);
});

test('every run of a phase is a span, also of one that takes place twice', async () => {
  const steps = new Steps(1, () => {});
  await steps.run('launch', () => sleep(30));
  await steps.run('close', async () => {});
  await steps.run('launch', async () => {});
  await steps.run('page', () => Promise.reject(new Finding('page-load-failed', 'no'))).catch(() => {});
  expect(steps.spans.map(({ phase, outcome }) => [phase, outcome])).toEqual([
    ['launch', 'passed'],
    ['close', 'passed'],
    ['launch', 'passed'],
    ['page', 'failed'],
  ]);
  const [first, second] = steps.spans;
  expect(first?.ms).toBeGreaterThanOrEqual(28);
  const [began, next] = [first, second].map((span) => Date.parse(span?.startedAt ?? ''));
  expect(next).toBeGreaterThanOrEqual((began ?? 0) + Math.floor(first?.ms ?? 0) - 1);
});

test('a stage that fails does not end the attempt: it has its finding and its phase, and spans name the stage', async () => {
  const steps = new Steps(1, () => {});
  await steps.run('launch', async () => {});
  const lost = new Finding('message-lost', 'it did not come');
  const texts = await steps.stage('message-round-trip', () => steps.run('message', () => Promise.reject(lost)));
  expect(texts.thrown).toMatchObject({ code: 'message-lost', message: 'it did not come', phase: 'message' });
  const broken = await steps.stage('group-life', () => Promise.reject(new TypeError('no such group')));
  expect(broken.thrown).toMatchObject({ code: 'flow-error', message: 'no such group' });
  const restored = await steps.stage('restore-to-ready', () => steps.run('close', async () => {}));
  expect(restored.thrown).toBeNull();
  expect(steps.spans.map(({ stage, phase, outcome }) => [stage, phase, outcome])).toEqual([
    [undefined, 'launch', 'passed'],
    ['message-round-trip', 'message', 'failed'],
    ['restore-to-ready', 'close', 'passed'],
  ]);
});

test('what ends an attempt ends every stage that is left', async () => {
  const steps = new Steps(1, () => {});
  steps.fail(new Finding('host-died', 'the process is gone'));
  for (const flow of ['media-both-ways', 'group-life']) {
    const { thrown } = await steps.stage(flow, () => steps.run('call', never));
    expect(thrown?.code).toBe('host-died');
  }
});

test('a wait is for an answer to the last step that made library or phone do something', async () => {
  const steps = new Steps(1, () => {});
  await steps.run('call', async () => {});
  const called = steps.actedAt;
  await sleep(5);
  for (const wait of ['message', 'ack', 'event'] as const) await steps.run(wait, async () => {});
  expect(steps.actedAt).toBe(called);
  steps.act();
  const sent = steps.actedAt;
  expect(sent).toBeGreaterThan(called);
  await sleep(5);
  await steps.run('sent', async () => {});
  expect(steps.actedAt).toBeGreaterThan(sent);
});
