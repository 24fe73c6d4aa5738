import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { jpeg, mp3, mp4, pdf, png, webp } from '../../../canaries/methods/media-files.ts';
import type { MediaOptions, PhoneMessage } from '../../../src/contracts/phone-control.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { type LinkedClient, linkedClient, sharedClient } from './linked-client.ts';

const contact = '12025550101@c.us';

interface SentFile {
  name: string;
  file: Buffer;
  mimetype: string;
  filename?: string;
  options?: object;
  /** What the message says at the phone. */
  content: Record<string, unknown>;
  /** Fields of the library's message. */
  seen?: Record<string, unknown>;
  /** Real pages draw these again: not the same bytes. */
  isConverted?: true;
}

const picture = { mimetype: 'image/jpeg', size: jpeg.length, width: 64, height: 48 };
const film = { mimetype: 'video/mp4', size: mp4.length, width: 64, height: 48, seconds: 1 };
const sound = { mimetype: 'audio/mpeg', size: mp3.length, seconds: 1 };

const sentFiles: readonly SentFile[] = [
  {
    name: 'an image with a caption',
    file: jpeg,
    mimetype: 'image/jpeg',
    options: { caption: 'héllo' },
    content: { kind: 'image', ...picture, caption: 'héllo', thumbnail: expect.stringMatching(/^\/9j\//) },
    seen: { type: 'image', body: 'héllo', hasMedia: true },
  },
  {
    name: 'an image in HD',
    file: jpeg,
    mimetype: 'image/jpeg',
    options: { sendMediaAsHd: true },
    content: { kind: 'image', ...picture },
  },
  {
    name: 'an image to be viewed once',
    file: jpeg,
    mimetype: 'image/jpeg',
    options: { isViewOnce: true },
    content: { kind: 'image', ...picture, viewOnce: true },
  },
  {
    name: 'a PNG, which becomes a JPEG',
    file: png,
    mimetype: 'image/png',
    content: { kind: 'image', mimetype: 'image/jpeg', width: 16, height: 12 },
    isConverted: true,
  },
  {
    name: 'a video',
    file: mp4,
    mimetype: 'video/mp4',
    options: { caption: 'moving' },
    content: { kind: 'video', ...film, caption: 'moving' },
    seen: { type: 'video', duration: '1', isGif: false },
  },
  {
    name: 'a gif',
    file: mp4,
    mimetype: 'video/mp4',
    options: { sendVideoAsGif: true },
    content: { kind: 'video', ...film, gif: true },
    seen: { type: 'video', isGif: true },
  },
  {
    name: 'a sound',
    file: mp3,
    mimetype: 'audio/mpeg',
    content: { kind: 'audio', ...sound, sidecar: expect.any(String) },
    seen: { type: 'audio', duration: '1' },
  },
  {
    name: 'a voice message',
    file: mp3,
    mimetype: 'audio/mpeg',
    options: { sendAudioAsVoice: true },
    content: { kind: 'ptt', ...sound, waveform: expect.stringMatching(/^[\w+/]{86}==$/) },
    seen: { type: 'ptt' },
  },
  {
    name: 'a document',
    file: pdf,
    mimetype: 'application/pdf',
    filename: 'paper.pdf',
    content: { kind: 'document', mimetype: 'application/pdf', size: pdf.length, filename: 'paper.pdf' },
    seen: { type: 'document', body: 'paper.pdf' },
  },
  {
    name: 'an image as a document',
    file: png,
    mimetype: 'image/png',
    filename: 'plan.png',
    options: { sendMediaAsDocument: true, caption: 'the plan' },
    content: { kind: 'document', mimetype: 'image/png', filename: 'plan.png', caption: 'the plan' },
    seen: { type: 'document', body: 'the plan' },
  },
  {
    name: 'a sticker',
    file: webp,
    mimetype: 'image/webp',
    options: { sendMediaAsSticker: true },
    content: { kind: 'sticker', mimetype: 'image/webp', size: webp.length },
    seen: { type: 'sticker' },
  },
  {
    name: 'a sticker of an image, with its author',
    file: png,
    mimetype: 'image/png',
    options: { sendMediaAsSticker: true, stickerName: 'Pack', stickerAuthor: 'Me' },
    content: { kind: 'sticker', mimetype: 'image/webp' },
    isConverted: true,
  },
];

interface ReceivedFile {
  name: string;
  file: Buffer;
  media: MediaOptions;
  seen: Record<string, unknown>;
}

const receivedFiles: readonly ReceivedFile[] = [
  {
    name: 'an image',
    file: jpeg,
    media: { mimetype: 'image/jpeg', caption: 'from the phone', width: 64, height: 48 },
    seen: { type: 'image', body: 'from the phone', _data: { width: 64, height: 48, size: jpeg.length } },
  },
  { name: 'a video', file: mp4, media: { mimetype: 'video/mp4', seconds: 1 }, seen: { type: 'video', duration: '1' } },
  { name: 'a gif', file: mp4, media: { mimetype: 'video/mp4', as: 'gif' }, seen: { type: 'video', isGif: true } },
  { name: 'a sound', file: mp3, media: { mimetype: 'audio/mpeg' }, seen: { type: 'audio', isGif: false } },
  {
    name: 'a voice message',
    file: mp3,
    media: { mimetype: 'audio/ogg; codecs=opus', as: 'ptt', seconds: 1 },
    seen: { type: 'ptt', duration: '1' },
  },
  {
    name: 'a document, whose words are its name',
    file: pdf,
    media: { mimetype: 'application/pdf', filename: 'bill.pdf' },
    seen: { type: 'document', body: 'bill.pdf' },
  },
  {
    name: 'a sticker',
    file: webp,
    media: { mimetype: 'image/webp', as: 'sticker' },
    seen: { type: 'sticker', body: '' },
  },
];

describe.each([
  { version: '1.34.7', build: '2.3000.1032534684' },
  // Sends nothing to a group on this build: wwebjs/whatsapp-web.js#3780.
  { version: '1.33.2', build: '2.3000.1029241508', groupFails: 'toUserWidOrThrow is not a function' },
])('with $version on $build', ({ version, build, groupFails }) => {
  const linked = sharedClient(version, build);

  const mediaOf = (file: Buffer, mimetype: string, filename?: string) =>
    new linked.library.MessageMedia(mimetype, file.toString('base64'), filename);
  const send = async (content: unknown, options?: object): Promise<{ sent: Sent; arrived: PhoneMessage }> => {
    const { client, phone } = linked;
    const before = phone.messages().at(-1);
    const sent: Sent = await client.sendMessage(contact, content, options);
    return { sent, arrived: await phone.received(() => true, before ? { after: before } : {}) };
  };

  test.each(sentFiles)('$name arrives at the phone, and the program can download it', async (row) => {
    const { file, mimetype, filename, options, content, seen = {}, isConverted } = row;
    const { sent, arrived } = await send(mediaOf(file, mimetype, filename), options);
    const atPhone = linked.phone.media(arrived);
    expect(arrived.content).toMatchObject(content);
    if (!isConverted) expect(atPhone.bytes).toEqual(file);
    expect(sent).toMatchObject({ hasMedia: true, ...seen });
    const own = await sent.downloadMedia();
    expect(Buffer.from(own.data, 'base64')).toEqual(atPhone.bytes);
  });

  test.each(receivedFiles)('$name of a contact arrives with the same bytes', async ({ file, media, seen }) => {
    const { phone } = linked;
    const received = linked.event('message');
    phone.sendMedia(file, media);
    const [message] = await received;
    expect(message).toMatchObject({ hasMedia: true, ...seen });
    const downloaded = await message.downloadMedia();
    expect(Buffer.from(downloaded.data, 'base64')).toEqual(file);
    expect(downloaded).toMatchObject({ mimetype: media.mimetype, filesize: file.length });
  });

  // wwebjs/whatsapp-web.js#3349
  test('what can be viewed once is on the phone only', async () => {
    const { phone } = linked;
    const received = linked.event('message_ciphertext');
    const { id } = phone.sendMedia(jpeg, { mimetype: 'image/jpeg', viewOnce: true });
    const [message] = await received;
    expect(message).toMatchObject({ type: 'ciphertext', hasMedia: false });
    expect(await message.downloadMedia()).toBeUndefined();
    expect(phone.media({ id }).bytes).toEqual(jpeg);
  });

  test('an image to a group and one of a member arrive with the same bytes', async () => {
    const { client, phone } = linked;
    const { id } = phone.groups.create({ subject: 'Pictures', participants: ['12025550101'] });
    const before = phone.messages().at(-1);
    const sent = client.sendMessage(id, mediaOf(jpeg, 'image/jpeg'), { caption: 'to all' });
    if (groupFails !== undefined) await expect(sent).rejects.toThrow(groupFails);
    else {
      await sent;
      const arrived = await phone.received(({ body }) => body === 'to all', before ? { after: before } : {});
      expect(arrived.to).toBe(id);
      expect(phone.media(arrived).bytes).toEqual(jpeg);
    }
    const received = linked.event('message');
    phone.sendMedia(mp4, { mimetype: 'video/mp4', from: '12025550101', to: id });
    const [message] = await received;
    expect(message).toMatchObject({ from: id, author: '12025550101@c.us', type: 'video' });
    expect(Buffer.from((await message.downloadMedia()).data, 'base64')).toEqual(mp4);
  });

  test('a reply with a file quotes, and the words of a message may come with the file as an option', async () => {
    const { phone } = linked;
    const received = linked.event('message');
    phone.send('what does it look like?');
    const [question] = await received;
    const before = phone.messages().at(-1);
    await question.reply('like this', undefined, { media: mediaOf(jpeg, 'image/jpeg') });
    const answer = await phone.received(() => true, before ? { after: before } : {});
    expect(answer).toMatchObject({ body: 'like this', content: { kind: 'image' }, quoted: question.id.id });
  });

  test.runIf(version === '1.34.7')(
    'an image in the status reaches the phone, and one of a contact the program',
    async () => {
      const { client, phone } = linked;
      const before = phone.messages().at(-1);
      await client.sendMessage('status@broadcast', mediaOf(jpeg, 'image/jpeg'), { caption: 'my view' });
      const posted = await phone.received(({ body }) => body === 'my view', before ? { after: before } : {});
      expect(posted).toMatchObject({ to: 'status@broadcast', content: { kind: 'image', width: 64 } });
      expect(phone.media(posted).bytes).toEqual(jpeg);
      const received = linked.event('message');
      phone.sendMedia(mp4, { mimetype: 'video/mp4', from: '12025550101', to: 'status@broadcast' });
      const [message] = await received;
      expect(message).toMatchObject({ isStatus: true, type: 'video' });
      expect(Buffer.from((await message.downloadMedia()).data, 'base64')).toEqual(mp4);
    },
  );

  test('a file from the disk and one from a server are sent with their names', async () => {
    const { MessageMedia } = linked.library;
    const path = join(temporaryFolder(), 'kept.pdf');
    writeFileSync(path, pdf);
    const fromDisk = await send(MessageMedia.fromFilePath(path));
    expect(fromDisk.arrived.content).toMatchObject({ kind: 'document', filename: 'kept.pdf' });
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const fromUrl = await send(await MessageMedia.fromUrl(`http://127.0.0.1:${port}/photo.jpg`));
    server.close();
    expect(linked.phone.media(fromUrl.arrived).bytes).toEqual(jpeg);
  });

  test('a voice message that is sent while the connection is lost arrives when it is back', async () => {
    const { client, phone, replica } = linked;
    const down = linked.event('change_state');
    replica.setCondition('socket-drop', true, { afterSeconds: 0.1, seconds: 1.5 });
    await down;
    const before = phone.messages().at(-1);
    await client.sendMessage(contact, mediaOf(mp3, 'audio/mpeg'), { sendAudioAsVoice: true });
    const arrived = await phone.received(() => true, before ? { after: before } : {});
    expect(phone.media(arrived).bytes).toEqual(mp3);
    replica.setCondition('socket-drop', false);
  });

  test('what no browser can show is refused as the real page does', async () => {
    const junk = Buffer.from('this is no picture');
    await expect(send(mediaOf(junk, 'image/jpeg'))).rejects.toThrow('Image failed to load.');
    await expect(send(mediaOf(junk, 'video/mp4'))).rejects.toThrow('InvalidMediaCheckRepairFailedType');
    await expect(send(mediaOf(junk, 'audio/mpeg'))).rejects.toThrow('getAudioDuration: error loading audio');
    await expect(send(mediaOf(Buffer.alloc(0), 'application/pdf'))).rejects.toThrow('MediaFileEmpty');
  });

  // By the library's function in the page: Chromium closes a connection of Puppeteer that sends it more than 100 MiB at once, also on
  // the real site, so that a program that sends a file of 75 MB loses its session.
  test('a file of 100 MB is refused with the limit, and the session goes on', async () => {
    const prepare = (mimetype: string) =>
      linked.client.pupPage.evaluate(async (type: string) => {
        const { WWebJS } = globalThis as unknown as { WWebJS: Record<string, (...args: object[]) => Promise<unknown>> };
        const media = { mimetype: type, filename: 'large', data: 'A'.repeat(133_333_336) };
        return WWebJS.processMediaData?.(media, {});
      }, mimetype);
    await expect(prepare('video/mp4')).rejects.toThrow('File (video) size = 100000002 exceeds limit of 67108864');
    // The page takes documents of 2 GB; it is the server that refuses this one.
    await expect(prepare('application/pdf')).rejects.toThrow('upload failed: media entry was not created');
    expect((await send('still here')).arrived.body).toBe('still here');
  });

  test('a file that the server does not have is not there for the program either', async () => {
    const { phone } = linked;
    const hash = Buffer.alloc(32, 1).toString('base64');
    const received = linked.event('message');
    phone.sendContent({
      kind: 'document',
      mimetype: 'text/plain',
      directPath: '/mms/document/gone',
      mediaKey: hash,
      encFilehash: hash,
      filehash: hash,
      size: 1,
    });
    const [message] = await received;
    expect(message.hasMedia).toBe(true);
    expect(await message.downloadMedia()).toBeUndefined();
  });
});

/** Reports of reported-texts.ts, on the build of the report with what mended it. */
describe('what was reported is mended', () => {
  const receiveImage = async ({ client, phone }: LinkedClient) => {
    const received = once(client as never, 'message');
    phone.sendMedia(jpeg, { mimetype: 'image/jpeg' });
    return (await received)[0];
  };

  test('wwebjs/whatsapp-web.js#4010 by a version that gives downloadQpl', async () => {
    await using linked = await linkedClient('1.34.7', '2.3000.1030924679');
    const message = await receiveImage(linked);
    expect(Buffer.from((await message.downloadMedia()).data, 'base64')).toEqual(jpeg);
  });

  test('wwebjs/whatsapp-web.js#5745 by a version that gives uploadQpl', async () => {
    await using linked = await linkedClient('1.34.7', '2.3000.1032343623');
    const sticker = new linked.library.MessageMedia('image/webp', webp.toString('base64'));
    await linked.client.sendMessage(contact, sticker, { sendMediaAsSticker: true });
    expect(linked.phone.media(await linked.phone.received(() => true)).bytes).toEqual(webp);
  });

  test('wwebjs/whatsapp-web.js#201921 by the change of #201923, which no version has', async () => {
    await using linked = await linkedClient('1.34.7', '2.3000.1047775310');
    const { client, phone, library } = linked;
    await client.pupPage.evaluate(() => {
      const { WWebJS } = globalThis as unknown as { WWebJS: Record<string, (...args: object[]) => Promise<object>> };
      const process = WWebJS.processMediaData;
      WWebJS.processMediaData = async (...args) => {
        const data = (await process?.(...args)) as { toJSON(): object };
        const { __x_id: _, ...own } = data as { __x_id?: unknown };
        return { ...own, ...data.toJSON() };
      };
    });
    await client.sendMessage(contact, new library.MessageMedia('image/jpeg', jpeg.toString('base64')));
    expect(phone.media(await phone.received(() => true)).bytes).toEqual(jpeg);
  });
});

describe('what WhatsApp turns on for some accounts', () => {
  const withSwitch = (build: string, name: string) => linkedClient('1.34.7', build, { switches: { [name]: 'true' } });

  test('download-mimetype-check refuses the files of strangers, which the page does not bring by itself', async () => {
    await using linked = await withSwitch('2.3000.1037160418', 'download-mimetype-check');
    const { client, phone } = linked;
    const receive = async (file: Buffer, mimetype: string, from: string) => {
      const received = once(client as never, 'message');
      phone.sendMedia(file, { mimetype, from });
      return (await received)[0];
    };
    const ofContact = await (await receive(jpeg, 'image/jpeg', '12025550101')).downloadMedia();
    expect(Buffer.from(ofContact.data, 'base64')).toEqual(jpeg);
    // wwebjs/whatsapp-web.js#201908: the stage stays INIT, then the library downloads without a MIME type.
    const ofStranger = await receive(mp3, 'audio/mpeg', '12025550177');
    await expect(ofStranger.downloadMedia()).rejects.toThrow(
      'Unexpected mimetype application/octet-stream for media type audio',
    );
    expect(linked.replica.findings()).toEqual([]);
  });

  test('media-upload-in-worker keeps every upload from ending, and texts go on', async () => {
    await using linked = await withSwitch('2.3000.1044822804', 'media-upload-in-worker');
    const { client, phone, library } = linked;
    const file = new library.MessageMedia('application/pdf', pdf.toString('base64'), 'paper.pdf');
    const sent = client.sendMessage(contact, file).then(() => 'sent');
    expect(await Promise.race([sent, sleep(2_000, 'not sent')])).toBe('not sent');
    await client.sendMessage(contact, 'still here');
    expect((await phone.received('still here')).body).toBe('still here');
    expect(phone.messages()).toHaveLength(1);
    sent.catch(() => {});
    // A program that replaces the function by which the page reads AB props turns it off.
    await client.pupPage.evaluate(() => {
      // biome-ignore lint/suspicious/noExplicitAny: the loader of the page
      (globalThis as any).require('WAWebABProps').getABPropConfigValue = () => false;
    });
    await client.sendMessage(contact, new library.MessageMedia('application/pdf', pdf.toString('base64'), 'other.pdf'));
    expect(await phone.received(({ content }) => content.kind === 'document')).toMatchObject({
      content: { filename: 'other.pdf' },
    });
  });
});

interface Sent {
  downloadMedia(): Promise<{ data: string }>;
  [field: string]: unknown;
}
