/**
 * Uses avoylenko/wwebjs-api, the REST API over whatsapp-web.js, on the replica: `npm run test:wwebjs-api -- --from CHECKOUT`. Nothing of it
 * is changed but the browser's path. A step that fails ends it with code 1.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jpeg } from '../../canaries/methods/media-files.ts';
import { startTestReplica, type TestPhone } from '../../src/testing/start-test-replica.ts';
import { type Checkout, chromeIn, inCheckout } from './checkout.ts';

const { values } = parseArgs({
  options: { from: { type: 'string' }, build: { type: 'string', default: '2.3000.1032534684' } },
});

// biome-ignore lint/suspicious/noExplicitAny: bodies of another project
type Body = any;

/** The service with one session, and the texts of its webhook. */
interface Service {
  phone: TestPhone;
  /** @returns the body of the answer. @throws AssertionError when it is no success. */
  get(path: string): Promise<Body>;
  post(path: string, body: object): Promise<Body>;
  /** The first text of the webhook with these fields of `data`; one that came already counts. */
  hook(dataType: string, isWanted?: (data: Body) => boolean): Promise<Body>;
}

const ada = '12025550101';
const chatId = `${ada}@c.us`;

async function connected({ get }: Service): Promise<void> {
  await until(async () => (await get('/session/status/bot')).state === 'CONNECTED');
}

/** What a user does with it, in the order in which each can work. */
const steps: Record<string, (service: Service) => Promise<void>> = {
  async 'a session starts by QR code'(service) {
    await service.get('/session/start/bot');
    const { qr } = await service.hook('qr');
    await service.phone.scan(qr);
    await service.hook('ready');
    await connected(service);
  },

  async 'a text arrives both ways, with acks'({ phone, post, hook }) {
    const { message } = await post('/client/sendMessage/bot', { chatId, contentType: 'string', content: 'hello Ada' });
    await phone.received('hello Ada');
    await hook('message_ack', (data) => data.message.id.id === message.id.id && data.ack === 3);
    const { id } = phone.send('hello bot');
    const { message: heard } = await hook('message', (data) => data.message.id.id === id);
    assert.deepEqual([heard.body, heard.from], ['hello bot', chatId]);
    await post('/message/reply/bot', { chatId, messageId: id, contentType: 'string', content: 'hello again' });
    assert.equal((await phone.received('hello again')).quoted, id);
  },

  async 'a picture arrives both ways with its bytes'({ phone, post, hook }) {
    const content = { mimetype: 'image/jpeg', data: jpeg.toString('base64'), filename: 'bird.jpg' };
    await post('/client/sendMessage/bot', {
      chatId,
      contentType: 'MessageMedia',
      content,
      options: { caption: 'a bird' },
    });
    assert.deepEqual(Buffer.from(phone.media(await phone.received('a bird')).bytes), jpeg);
    const { id } = phone.sendMedia(jpeg, { mimetype: 'image/jpeg' });
    const { messageMedia } = await hook('media', (data) => data.message.id.id === id);
    assert.equal(messageMedia.data, content.data);
    const loaded = await post('/message/downloadMedia/bot', { chatId, messageId: id });
    assert.equal(loaded.messageMedia.data, content.data);
  },

  async 'a place and a poll arrive'({ phone, post }) {
    const place = { latitude: 1.5, longitude: 2.5, description: { name: 'Here' } };
    await post('/client/sendMessage/bot', { chatId, contentType: 'Location', content: place });
    await phone.received(({ content }) => content.kind === 'location' && content.description === 'Here');
    const poll = { pollName: 'Tea?', pollOptions: ['yes', 'no'], options: { allowMultipleAnswers: false } };
    await post('/client/sendMessage/bot', { chatId, contentType: 'Poll', content: poll });
    await phone.received(({ content }) => content.kind === 'poll' && content.name === 'Tea?');
  },

  async 'a message is reacted to both ways, edited and deleted'({ phone, post, hook }) {
    const question = phone.send('do you like it?');
    await hook('message', (data) => data.message.id.id === question.id);
    await post('/message/react/bot', { chatId, messageId: question.id, reaction: '👍' });
    assert.equal(phone.message(question)?.reactions?.at(-1)?.text, '👍');
    const { message } = await post('/client/sendMessage/bot', { chatId, contentType: 'string', content: 'frist' });
    const { id } = await phone.received('frist');
    phone.react(id, '❤️');
    await hook('message_reaction', (data) => data.reaction.msgId.id === id && data.reaction.reaction === '❤️');
    await post('/message/edit/bot', { chatId, messageId: message.id.id, content: 'first' });
    assert.equal(phone.message(id)?.body, 'first');
    await post('/message/delete/bot', { chatId, messageId: message.id.id, everyone: true });
    assert.equal(phone.message(id)?.revokedBy, phone.number);
  },

  async 'a group is made, changed and left'({ phone, post }) {
    const { response } = await post('/client/createGroup/bot', { title: 'Birds', participants: [chatId] });
    const id: string = response.gid._serialized;
    await post('/groupChat/setSubject/bot', { chatId: id, subject: 'Birds of town' });
    await post('/groupChat/addParticipants/bot', { chatId: id, participantIds: ['12025550102@c.us'] });
    await post('/groupChat/promoteParticipants/bot', { chatId: id, participantIds: [chatId] });
    const { subject, members, inviteCode } = phone.groups.get(id);
    assert.equal(subject, 'Birds of town');
    assert.deepEqual(
      members.map(({ number, rank }) => [number, rank]),
      [
        [phone.number, 'superadmin'],
        [ada, 'admin'],
        ['12025550102', 'member'],
      ],
    );
    assert.equal((await post('/groupChat/getInviteCode/bot', { chatId: id })).inviteCode, inviteCode);
    await post('/client/sendMessage/bot', { chatId: id, contentType: 'string', content: 'hello all' });
    assert.equal((await phone.received('hello all')).to, id);
    await post('/groupChat/leave/bot', { chatId: id });
    assert.ok(!phone.groups.get(id).members.some(({ number }) => number === phone.number));
  },

  async 'chats, contacts and the profile are those of the account'({ phone, get, post }) {
    const { chats } = await get('/client/getChats/bot');
    assert.ok(chats.some((chat: Body) => chat.id._serialized === chatId));
    const { contacts } = await get('/client/getContacts/bot');
    assert.ok(contacts.some((contact: Body) => contact.id._serialized === chatId));
    await post('/client/archiveChat/bot', { chatId });
    assert.equal(phone.chat(chatId)?.archived, true);
    await post('/client/setStatus/bot', { status: 'Busy' });
    assert.equal(phone.state().profile.about, 'Busy');
  },

  async 'a session restarts without a QR code'(service) {
    await service.get('/session/restart/bot');
    await connected(service);
    const content = 'after the restart';
    await until(async () => {
      await service.post('/client/sendMessage/bot', { chatId, contentType: 'string', content });
      return true;
    });
    await service.phone.received(content);
    assert.equal(service.phone.devices().length, 1);
  },

  async 'a session that ends is no longer linked'({ phone, get }) {
    await get('/session/terminate/bot');
    await until(() => phone.devices().length === 0);
  },
};

async function run({ root, folder }: Checkout): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/whatsapp-web.js/package.json'), 'utf8')) as {
    version: string;
  };
  const replica = await startTestReplica({ build: values.build });
  const hooks: { dataType: string; data: Body }[] = [];
  const webhook = createServer(async (request, response) => {
    hooks.push((await json(request)) as { dataType: string; data: Body });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const port = await freePort();
  const server = spawn(process.execPath, ['server.js'], {
    cwd: root,
    env: {
      ...process.env,
      TMPDIR: folder,
      PORT: String(port),
      BASE_WEBHOOK_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`,
      CHROME_BIN: await chromeIn(folder, replica.chromiumArgs),
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const call = async (path: string, options: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, options);
    const body = (await response.json()) as Body;
    assert.ok(response.ok && (body.success || path.startsWith('/session/status')), `${path}: ${JSON.stringify(body)}`);
    return body;
  };
  const service: Service = {
    phone: replica.phones[0] as TestPhone,
    get: (path) => call(path, {}),
    post: (path, body) =>
      call(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    async hook(dataType, isWanted = () => true) {
      const find = () => hooks.find((hook) => hook.dataType === dataType && isWanted(hook.data));
      await until(() => find() !== undefined, `the webhook got no such ${dataType}`);
      return find()?.data;
    },
  };
  try {
    await until(async () => (await fetch(`http://127.0.0.1:${port}/ping`)).ok);
    let failed = 0;
    for (const [title, step] of Object.entries(steps)) {
      try {
        await step(service);
        console.log(`passed: ${title}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED: ${title}: ${(error as Error).message}`);
      }
    }
    const findings = replica.findings();
    for (const { message } of findings) console.log(`the replica: ${message}`);
    const count = Object.keys(steps).length;
    console.log(
      `wwebjs-api with whatsapp-web.js ${version} on ${values.build}: ${count - failed} of ${count} steps passed`,
    );
    return failed + findings.length > 0 ? 1 : 0;
  } finally {
    const exited = once(server, 'exit');
    server.kill('SIGINT');
    await exited;
    webhook.close();
    await replica.close();
  }
}

/** Resolves when the condition holds. @throws Error when it does not within 30 s: the last one that it threw. */
async function until(isSo: () => boolean | Promise<boolean>, missing = 'it did not happen in 30 s'): Promise<void> {
  const end = Date.now() + 30_000;
  let last: Error | undefined;
  while (Date.now() < end) {
    try {
      if (await isSo()) return;
      last = undefined;
    } catch (error) {
      last = error as Error;
    }
    await setTimeout(100);
  }
  throw last ?? new Error(missing);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

await inCheckout(values.from, 'src/sessions.js', run);
