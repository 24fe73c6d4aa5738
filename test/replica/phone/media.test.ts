import { describe, expect, test } from 'vitest';
import { type MediaType, mediaKeyInfo } from '../../../src/contracts/replica-media.ts';
import { decryptMedia, encryptMedia, filehashOf } from '../../../src/replica/page/media/media-crypto.ts';
import { decryptFile, encryptFile } from '../../../src/replica/phone/media.ts';

const types = Object.keys(mediaKeyInfo) as MediaType[];
/** Empty, one block, one byte more, and more than one part of a sidecar. */
const sizes = [0, 16, 17, 200_000];
const fileOf = (size: number) => Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));
const bytesOf = (buffer: Buffer) => new Uint8Array(buffer);

describe.each(types)('a file as %s', (type) => {
  test.each(sizes)('of %i bytes that the phone encrypts is what the page decrypts', async (size) => {
    const file = fileOf(size);
    const encrypted = encryptFile(type, file);
    const read = await decryptMedia(type, bytesOf(encrypted.bytes), Buffer.from(encrypted.mediaKey, 'base64'));
    expect(Buffer.from(read)).toEqual(file);
    expect(encrypted).toMatchObject({ size, filehash: await filehashOf(read) });
    expect(encrypted.encFilehash).toBe(await filehashOf(bytesOf(encrypted.bytes)));
  });

  test.each(sizes)('of %i bytes that the page encrypts is what the phone decrypts', async (size) => {
    const file = fileOf(size);
    const key = crypto.getRandomValues(new Uint8Array(32));
    const { bytes, encFilehash } = await encryptMedia(type, bytesOf(file).buffer, key);
    expect(decryptFile(type, Buffer.from(bytes), Buffer.from(key).toString('base64'))).toEqual(file);
    expect(encFilehash).toBe(await filehashOf(bytes));
  });
});

test('page and phone make the same sidecar, and only for what is played while it comes', async () => {
  const made = await Promise.all(
    types.map(async (type) => {
      const encrypted = encryptFile(type, fileOf(200_000));
      const { sidecar } = await encryptMedia(
        type,
        bytesOf(fileOf(200_000)).buffer,
        Buffer.from(encrypted.mediaKey, 'base64'),
      );
      expect(sidecar && Buffer.from(sidecar).toString('base64')).toBe(encrypted.sidecar);
      return sidecar ? [type, sidecar.byteLength] : [];
    }),
  );
  expect(made.filter((entry) => entry.length > 0)).toEqual([
    ['video', 40],
    ['audio', 40],
  ]);
});

test('bytes that were changed, and those of another key, are not read', async () => {
  const { bytes, mediaKey } = encryptFile('image', fileOf(100));
  const changed = Buffer.from(bytes);
  changed[0] = (changed[0] ?? 0) ^ 1;
  const other = encryptFile('image', fileOf(100)).mediaKey;
  expect(decryptFile('image', changed, mediaKey)).toBeNull();
  expect(decryptFile('image', bytes, other)).toBeNull();
  expect(decryptFile('video', bytes, mediaKey)).toBeNull();
  expect(decryptFile('image', Buffer.alloc(3), mediaKey)).toBeNull();
  await expect(decryptMedia('image', bytesOf(changed), Buffer.from(mediaKey, 'base64'))).rejects.toThrow(
    'hmac mismatch',
  );
});
