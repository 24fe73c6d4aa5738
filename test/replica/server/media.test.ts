import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jpeg, mp4 } from '../../../canaries/methods/media-files.ts';
import { mediaPath, uploadLimit } from '../../../src/contracts/replica-media.ts';
import { filehashOf } from '../../../src/replica/page/media/media-crypto.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { FakePage } from '../fake-page.ts';

const build = '2.3000.1032534684';
let replica: Replica;
let phone: string;
let auth: string;

beforeAll(async () => {
  replica = await startReplica({ build });
  phone = replica.phones.create('12025550150').id;
  const page = new FakePage(replica);
  await page.link(phone);
  page.send({ type: 'query', requestId: 1, name: 'mediaConn', args: {} });
  const answer = await page.next('answer');
  if (!answer.ok) throw new Error(answer.text);
  ({ auth } = answer.value as { auth: string });
});
afterAll(() => replica.close());

async function ask(method: string, path: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
  const sent = request({ host: '127.0.0.1', port: replica.port, path, method, rejectUnauthorized: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await buffer(response) };
}

const uploadPath = async (type: string, bytes: Buffer) => mediaPath(type, await filehashOf(new Uint8Array(bytes)));

describe('the media server', () => {
  test.each(['image', 'newsletter-image', 'ppic'])('gives back what was uploaded as %s', async (type) => {
    const path = await uploadPath(type, jpeg);
    const { status, body } = await ask('POST', `${path}?auth=${auth}&token=x`, jpeg);
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({
      direct_path: path,
      url: `https://web.whatsapp.com${path}`,
      handle: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(await ask('GET', `${path}?hash=x&mode=auto`)).toEqual({ status: 200, body: jpeg });
  });

  test('takes nothing without its auth', async () => {
    const path = await uploadPath('image', mp4);
    expect((await ask('POST', `${path}?auth=wrong`, mp4)).status).toBe(401);
    expect((await ask('GET', path)).status).toBe(404);
  });

  test('takes nothing under the hash of something else', async () => {
    const path = await uploadPath('video', jpeg);
    expect((await ask('POST', `${path}?auth=${auth}`, mp4)).status).toBe(415);
    expect((await ask('GET', path)).status).toBe(404);
  });

  test('refuses 100 MB and goes on', async () => {
    const large = Buffer.alloc(100_000_000);
    const path = await uploadPath('document', large);
    expect((await ask('POST', `${path}?auth=${auth}`, large)).status).toBe(413);
    expect((await ask('GET', path)).status).toBe(404);
  });
});

describe('the phone control', () => {
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${replica.phoneUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const get = async (path: string) => {
    const response = await fetch(`${replica.phoneUrl}${path}`);
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  test('sends a file and gives it back', async () => {
    const media = { data: jpeg.toString('base64'), mimetype: 'image/jpeg', caption: 'look', width: 64, height: 48 };
    const { status, answer } = await post(`/phones/${phone}/send`, { media, from: '12025550102' });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      body: 'look',
      content: { kind: 'image', mimetype: 'image/jpeg', size: jpeg.length },
    });
    expect(await get(`/phones/${phone}/media/${answer.id}`)).toEqual({
      status: 200,
      answer: { mimetype: 'image/jpeg', data: jpeg.toString('base64') },
    });
  });

  test.each([
    ['a text', { body: 'no file' }],
    ['a message whose file the server no longer has', { content: { ...fileless(), kind: 'image' } }],
  ])('has no file of %s', async (_, message) => {
    const { answer } = await post(`/phones/${phone}/send`, message);
    expect(await get(`/phones/${phone}/media/${answer.id}`)).toMatchObject({
      status: 404,
      answer: { code: 'media-unknown' },
    });
  });

  test.each([
    ['/phones/phone-99/media/x', 404, 'phone-unknown'],
    ['/media/nothing', 404, 'media-unknown'],
  ])('refuses GET %s with %i %s', async (path, status, code) => {
    const whole = path.startsWith('/phones') ? path : `/phones/${phone}${path}`;
    expect(await get(whole)).toMatchObject({ status, answer: { code } });
  });

  test.each([
    [{ data: 'no base64!', mimetype: 'image/jpeg' }, 400, 'bad-request'],
    [{ data: '', mimetype: 'no type' }, 400, 'bad-request'],
    [{ data: '', mimetype: 'image/jpeg', as: 'film' }, 400, 'bad-request'],
  ])('refuses the file %j with %i %s', async (media, status, code) => {
    expect(await post(`/phones/${phone}/send`, { media })).toMatchObject({ status, answer: { code } });
  });

  test.each([
    ['just above the limit', uploadLimit + 1],
    ['of 100 MB', 100_000_000],
  ])('refuses a file %s with 413 and sends the next one', async (_, size) => {
    const media = { mimetype: 'application/octet-stream', data: Buffer.alloc(size).toString('base64') };
    expect(await post(`/phones/${phone}/send`, { media })).toMatchObject({
      status: 413,
      answer: { code: 'media-too-large' },
    });
    expect((await post(`/phones/${phone}/send`, { body: 'still here' })).status).toBe(200);
  });
});

function fileless() {
  const hash = Buffer.alloc(32).toString('base64');
  return {
    mimetype: 'image/jpeg',
    directPath: '/mms/image/gone',
    mediaKey: hash,
    filehash: hash,
    encFilehash: hash,
    size: 1,
  };
}

test('a replica that keeps its state keeps files', async () => {
  const state = temporaryFolder();
  const first = await startReplica({ build, state });
  const { id } = first.phones.create('12025550151');
  const sent = first.phones.sendMedia(id, mp4, { mimetype: 'video/mp4', seconds: 1 });
  await first.close();
  expect(existsSync(join(state, 'media'))).toBe(true);
  const second = await startReplica({ build, state });
  expect(second.phones.media(id, sent.id).bytes).toEqual(mp4);
  await second.close();
});
