import { expect, test } from 'vitest';
import { type Flow, flow } from '../../src/runner/flow.ts';
import { attemptToy } from './toy-attempt.ts';

/** A command to the toy library to emit. */
const emit = (...events: unknown[][]) => JSON.stringify(events);
const message = (id: unknown, body: string) => ['message', { id: { _serialized: id, fromMe: false }, body }];

function attempt(body: Flow['body'], deadlineFactor = 1) {
  const whole: Flow['body'] = async (context, over) => {
    await context.client.start();
    await context.client.ready();
    await body(context, over);
  };
  return attemptToy('commanded', { flow: flow('commanded', whole), deadlineFactor });
}

test.each([
  ['ready', [['ready']], { phase: 'ready', code: 'duplicate-ready' }],
  ['a message', [message('a', 'x'), message('a', 'x')], { phase: 'message', code: 'duplicate-message' }],
])('%s that comes twice fails a flow that went well otherwise', async (_, events, found) => {
  const record = await attempt(async ({ client }) => void (await client.send('12025550101', emit(...events))));
  expect(record).toMatchObject({ outcome: 'failed', blame: 'library', ...found });
});

test('`ready` that comes again while the client is closed is found: a flow listens until then', async () => {
  const last = JSON.stringify([['at destroy', ['ready']]]);
  const record = await attempt(async ({ client }) => void (await client.send('12025550101', last)));
  expect(record).toMatchObject({ outcome: 'failed', phase: 'ready', code: 'duplicate-ready' });
});

test('more listeners of one event than Node grants are a finding, with the words of Node, in the last phase of the flow', async () => {
  const eleven = JSON.stringify([['listeners', 11]]);
  const record = await attempt(async ({ client }) => void (await client.send('12025550101', eleven)));
  expect(record).toMatchObject({ outcome: 'failed', phase: 'message', code: 'listener-leak', blame: 'library' });
  expect(record.cause?.message).toContain('11 message_edit listeners');
  const ten = JSON.stringify([['listeners', 10]]);
  expect(await attempt(async ({ client }) => void (await client.send('12025550101', ten)))).toMatchObject({
    outcome: 'passed',
  });
});

test('a client with a new profile may show a QR code and be ready again', async () => {
  const record = await attempt(async ({ client }) => {
    await client.restart({ profile: 'new' });
    await client.qr();
    await client.ready();
  });
  expect(record.outcome).toBe('passed');
});

test('a linked device that asks for a QR code after a restart has lost its session', async () => {
  const record = await attempt(({ client }) => client.restart().then(() => client.ready()));
  expect(record).toMatchObject({ outcome: 'failed', code: 'session-lost', blame: 'library' });
});

test.each([
  ['CONFLICT', 'conflict', 'account'],
  ['LOGOUT', 'logged-out', 'account'],
  ['NAVIGATION', 'disconnected', 'library'],
])('an unexpected disconnection with the reason %s ends the attempt', async (reason, code, blame) => {
  const record = await attempt(async ({ client }) => {
    await client.send('12025550101', emit(['disconnected', reason]));
    await client.message('never');
  });
  expect(record).toMatchObject({ outcome: 'failed', code, blame });
  expect(record.cause?.message).toContain(reason);
});

test('after an unlink the reason is the answer, and another link may follow', async () => {
  const answers: unknown[] = [];
  const record = await attempt(async ({ client, phone }) => {
    await phone.unlink();
    const another = 'toy-reference-2,toy-noise-key,toy-identity-key,toy-adv-secret,1';
    await client.send('12025550101', emit(['disconnected', 'LOGOUT'], ['qr', another]));
    answers.push(await client.disconnected(), await client.qr());
    await client.send('12025550101', emit(['ready']));
    await client.ready();
  });
  expect(record.outcome).toBe('passed');
  expect(answers).toEqual([{ reason: 'LOGOUT', ended: false }, expect.stringContaining('toy-reference-2')]);
});

test('a library that closes its browser after the unlink has ended, and nothing is closed twice', async () => {
  const answers: unknown[] = [];
  const record = await attempt(async ({ client, phone }) => {
    await phone.unlink();
    await client.send('12025550101', emit(['disconnected', 'NAVIGATION'], ['browser:disconnected']));
    answers.push(await client.disconnected());
  });
  expect(answers).toEqual([{ reason: 'NAVIGATION', ended: true }]);
  expect(record.outcome).toBe('passed');
  expect(Object.keys(record.phases)).not.toContain('close');
});

test('another QR code in place of the disconnection is a finding', async () => {
  const record = await attempt(async ({ client, phone }) => {
    await phone.unlink();
    await client.send('12025550101', emit(['qr', 'another,toy-noise-key,toy-identity-key,toy-adv-secret,1']));
    await client.disconnected();
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'disconnected', code: 'no-disconnected' });
});

test('an ack of a higher level is enough, and one that never comes is a finding', async () => {
  const ack = ['message_ack', { id: { _serialized: 'sent-1', fromMe: true } }, 2];
  const enough = await attempt(async ({ client }) => client.ack(await client.send('12025550101', emit(ack)), 'sent'));
  expect(enough.outcome).toBe('passed');
  const never = await attempt(
    async ({ client }) => client.ack(await client.send('12025550101', emit(ack)), 'read'),
    0.2,
  );
  expect(never).toMatchObject({ outcome: 'failed', phase: 'message', code: 'no-ack' });
});

test('a text that is not sent, and one that does not arrive, are findings', async () => {
  const rejected = await attempt(
    async ({ client }) => void (await client.send('12025550101', emit(['reject', 'no such chat']))),
  );
  expect(rejected).toMatchObject({ outcome: 'failed', phase: 'message', code: 'send-failed' });
  expect(rejected.cause?.message).toContain('no such chat');
  const lost = await attempt(({ phone }) => phone.received('never sent'), 0.2);
  expect(lost).toMatchObject({ outcome: 'failed', phase: 'message', code: 'message-lost' });
});

test('a version that shows a QR code is asked for the pairing code, which is in no record', async () => {
  const codes: string[] = [];
  const record = await attempt(async ({ client, phone }) => void codes.push(await client.code(phone.number)));
  expect(codes).toEqual(['TOYCODE1']);
  expect(record.outcome).toBe('passed');
  expect(JSON.stringify(record)).not.toContain('TOYCODE1');
});

test('a probe that hears no message says so, whichever deadline is over first', async () => {
  const place = { library: '0.0.1', build: '2.3000.1029241508', browser: 'none', flow: 'commanded' } as const;
  const record = await attemptToy('commanded', {
    cell: { ...place, condition: 'socket-drop', switches: {}, target: 'replica' },
    flow: flow('commanded', async ({ client, phone, probe }) => {
      await client.start();
      await client.ready();
      await client.send('12025550101', emit(['own id', `${phone.number}@c.us`]));
      await probe(client, phone);
    }),
    deadlineFactor: 0.2,
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'probe', code: 'probe-message' });
});

test('memory of a page that cannot be measured is null, and the flow goes on', async () => {
  const sizes: unknown[] = [];
  const record = await attempt(async ({ client }) => void sizes.push(await client.heapSizes()));
  expect(record.outcome).toBe('passed');
  expect(sizes).toEqual([null]);
});
