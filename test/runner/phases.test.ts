import { expect, test } from 'vitest';
import { type Flow, flow } from '../../src/runner/flow.ts';
import { attemptToy } from './toy-attempt.ts';

const contact = '12025550101';

function attempt(library: string, body: Flow['body']) {
  return attemptToy(library, { flow: flow('phases', body) });
}

test('a process that dies while the flow waits for a saved session did not die in phase close', async () => {
  const record = await attempt('commanded', async ({ client }) => {
    await client.start();
    await client.ready();
    await client.send(contact, JSON.stringify([['die soon']]));
    await client.saved();
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'saved', code: 'host-died' });
  expect(record.spans.at(-1)).toMatchObject({ phase: 'saved', outcome: 'failed' });
});

test('a flow that waits for ready after an error of the library in the page reports no-ready in phase ready', async () => {
  const record = await attempt('fails-after-login', async ({ client }) => {
    await client.start();
    await client.authenticated();
    await client.ready();
  });
  expect(record).toMatchObject({ phase: 'ready', code: 'no-ready' });
  expect(record.cause?.message).toContain('toy.getMeUser is not a function');
  expect(record.durationMs).toBeLessThan(4_000);
});

test('the same is found at once by a flow that waits for something else first', async () => {
  const record = await attempt('fails-after-login', async ({ client, wait }) => {
    await client.start();
    await client.authenticated();
    await wait(0.8);
    await client.ready();
  });
  expect(record).toMatchObject({ phase: 'ready', code: 'no-ready' });
  expect(record.spans.at(-1)?.ms).toBeLessThan(300);
});

test('a flow that waits for something else only is not ended by a ready that it never asked for', async () => {
  const waits: Flow['body'] = async ({ client, wait }) => {
    await client.start();
    await client.authenticated();
    await wait(0.8);
  };
  expect(await attempt('fails-after-login', waits)).toMatchObject({ outcome: 'passed', code: null });
  const missing = await attempt('fails-after-login', async (context, over) => {
    await waits(context, over);
    await context.client.message('never');
  });
  expect(missing).toMatchObject({ phase: 'message', code: 'message-lost' });
});

test('a process that dies in the final close leaves what it wrote as evidence', async () => {
  const record = await attempt('dies-in-destroy', async ({ client }) => {
    await client.start();
    await client.ready();
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'close', code: 'close-failed' });
  expect(record.events).toContainEqual(
    expect.objectContaining({ type: 'host:stderr', detail: 'toy: the profile is locked by another process' }),
  );
  expect(record.cause?.evidence.join('\n')).toContain('the profile is locked by another process');
  expect(record.cause?.message).toContain('code 7');
});

test.each([
  '12025550101',
  '12025550101@c.us',
  '120363000000000001@g.us',
  '4912345-1600000000@g.us',
  '98765432101234@lid',
])('a text can be sent to %s', async (to) => {
  const record = await attempt('commanded', async ({ client }) => {
    await client.start();
    await client.ready();
    await client.send(to, '[]');
  });
  expect(record.outcome).toBe('passed');
});

test.each<[string, unknown, string]>([
  ['a number with a plus', '+12025550101', '"+###########"'],
  ['a name', 'Alice', '"Alice"'],
  ['an id of another kind', '12025550101@s.whatsapp.net', '"###########@s.whatsapp.net"'],
  ['nothing', undefined, 'a value of type undefined'],
])('a text to %s is a mistake of the flow, and the message says what is right', async (_, to, quoted) => {
  const record = await attempt('commanded', async ({ client }) => {
    await client.start();
    await client.ready();
    await client.send(to as string, '[]');
  });
  expect(record).toMatchObject({ code: 'flow-error', blame: 'harness' });
  expect(record.cause?.message).toContain(quoted);
  expect(record.cause?.message).toMatch(/number of 7 to 15 digits .* full id .*@c\.us, @g\.us or @lid/);
});
