import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { FakePage } from '../fake-page.ts';

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1026515401' });
});
afterAll(() => replica.close());

async function post(path: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${replica.phoneUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

describe('phone control', () => {
  test('links, sends, shows and unlinks over HTTP', async () => {
    const { answer: phone } = await post('/phones', { number: '12025550130' });
    const page = new FakePage(replica);
    const { refs } = await page.register();
    const scanned = post(`/phones/${phone.id}/scan`, { qr: page.qr(refs[0] as string) });
    await page.answerPairing();
    expect(await scanned).toMatchObject({ status: 200, answer: { id: 1, number: '12025550130' } });
    expect((await post(`/phones/${phone.id}/send`, { body: 'hi' })).answer).toMatchObject({ body: 'hi' });
    const state = await (await fetch(`${replica.phoneUrl}/phones/${phone.id}`)).json();
    expect(state).toMatchObject({ number: '12025550130', devices: [{ id: 1 }], sent: [{ body: 'hi' }] });
    expect(await (await fetch(`${replica.phoneUrl}/devices`)).json()).toHaveLength(1);
    expect((await post(`/phones/${phone.id}/unlink`, {})).answer).toEqual({ removed: [1] });
    expect(await (await fetch(`${replica.phoneUrl}/devices`)).json()).toEqual([]);
  });

  test.each([
    ['/phones', { number: '+49 170' }, 400, 'bad-request', /number: must be 7 to 15 digits/],
    ['/phones', {}, 400, 'bad-request', /number/],
    ['/phones', { number: '12025550131', extra: 1 }, 400, 'bad-request', /extra/],
    ['/phones', '{"number":', 400, 'bad-request', /JSON/],
    ['/phones/phone-99/send', { body: 'x' }, 404, 'phone-unknown', /phone-99/],
    ['/phones/phone-99/scan', { qr: 'a,b' }, 404, 'phone-unknown', /phone-99/],
    ['/phones/phone-99/scan', {}, 400, 'bad-request', /qr/],
    ['/conditions', { name: 'no-such', on: true }, 400, 'condition-unknown', /no-such/],
    ['/nowhere', {}, 404, 'bad-request', /nowhere/],
  ])('%s %j is answered with %i %s', async (path, body, status, code, message) => {
    expect(await post(path, body)).toMatchObject({ status, answer: { code, message: expect.stringMatching(message) } });
  });

  test('a number is taken once', async () => {
    await post('/phones', { number: '12025550132' });
    expect(await post('/phones', { number: '12025550132' })).toMatchObject({
      status: 409,
      answer: { code: 'number-taken' },
    });
  });

  test('unlinking a device that is not linked is refused', async () => {
    const { answer } = await post('/phones', { number: '12025550133' });
    expect(await post(`/phones/${answer.id}/unlink`, { device: 3 })).toMatchObject({ status: 404 });
  });

  test('a person reacts to a message and the phone stars it; what does not exist is refused with what it is', async () => {
    const { id } = (await post('/phones', { number: '12025550134' })).answer;
    const message = (await post(`/phones/${id}/send`, { body: 'hi', mentions: ['12025550134@c.us'] })).answer.id;
    const deed = { kind: 'reaction', text: '👍' };
    expect(await post(`/phones/${id}/act`, { message, deed })).toMatchObject({ status: 200 });
    expect(await post(`/phones/${id}/mark`, { messages: [message], as: 'starred' })).toMatchObject({ status: 200 });
    const { received } = await (await fetch(`${replica.phoneUrl}/phones/${id}`)).json();
    expect(received[0]).toMatchObject({
      mentions: ['12025550134@c.us'],
      reactions: [{ from: '12025550101', text: '👍' }],
      isStarred: true,
    });
    for (const [path, body, status, code] of [
      ['act', { message: 'none', deed }, 404, 'message-unknown'],
      ['act', { message, deed: { kind: 'reaction' } }, 400, 'bad-request'],
      ['act', { message, deed: { kind: 'shout' } }, 400, 'bad-request'],
      ['act', { message, deed, from: 'me' }, 400, 'bad-request'],
      ['mark', { messages: ['none'], as: 'read' }, 404, 'message-unknown'],
      ['mark', { messages: [], as: 'read' }, 400, 'bad-request'],
      ['mark', { messages: [message], as: 'loved' }, 400, 'bad-request'],
      ['send', { body: 'hi', quoted: 'none' }, 404, 'message-unknown'],
      ['send', { body: 'hi', to: 'nowhere' }, 400, 'bad-request'],
      ['send', { content: { kind: 'poll', name: 'no options', options: [], isMultiple: false } }, 400, 'bad-request'],
    ] as const) {
      expect(await post(`/phones/${id}/${path}`, body), JSON.stringify(body)).toMatchObject({
        status,
        answer: { code },
      });
    }
  });
});
