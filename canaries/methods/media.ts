import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryValue } from '../../src/contracts/host.ts';
import { jpeg } from './media-files.ts';
import { at, first, type MethodWorld, type Recipes, same } from './recipe.ts';

/** Files, and what belongs to single classes. */
export const media: Recipes = {
  'Message.downloadMedia': async (world) => {
    const { client, phone } = world;
    const { id } = await phone.sendMedia(jpeg, { mimetype: 'image/jpeg' }, {});
    const message = first(await client.event('message', { id: { id } }));
    same(at((await client.callOn(message, 'downloadMedia')).value, 'data'), jpeg.toString('base64'));
  },
  'MessageMedia.fromFilePath': async ({ client }) => {
    const folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-media-'));
    try {
      const file = join(folder, 'picture.jpg');
      writeFileSync(file, jpeg);
      same(at((await client.callLibrary('MessageMedia.fromFilePath', file)).value, 'data'), jpeg.toString('base64'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  'MessageMedia.fromUrl': async ({ client }) => {
    const server = createServer((_, response) => response.setHeader('content-type', 'image/jpeg').end(jpeg));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture.jpg`;
      same(at((await client.callLibrary('MessageMedia.fromUrl', url)).value, 'data'), jpeg.toString('base64'));
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
  'GroupChat.setPicture': async (world) => {
    const picture = { $new: 'MessageMedia', args: ['image/jpeg', jpeg.toString('base64')] };
    same((await world.client.callOn(await newGroup(world), 'setPicture', picture)).value, true);
  },
  'GroupChat.deletePicture': async (world) => {
    const group = await newGroup(world);
    const picture = { $new: 'MessageMedia', args: ['image/jpeg', jpeg.toString('base64')] };
    await world.client.callOn(group, 'setPicture', picture);
    same((await world.client.callOn(group, 'deletePicture')).value, true);
  },
};

async function newGroup({ client, contact, unique }: MethodWorld): Promise<LibraryValue> {
  const { value } = await client.call('createGroup', `Picture ${unique()}`, [contact]);
  return client.call('getChatById', at(value, 'gid', '_serialized') as string);
}
