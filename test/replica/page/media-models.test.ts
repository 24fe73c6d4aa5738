import { afterEach, describe, expect, test } from 'vitest';
import {
  attachMedia,
  disassociateMediaFromMsg,
  getOrCreateMediaObject,
  MediaData,
  OpaqueData,
} from '../../../src/replica/page/model/media.ts';
import { Msg } from '../../../src/replica/page/model/models.ts';

const image = (id: string, filehash: string) => new Msg({ id, type: 'image', filehash, mimetype: 'image/jpeg' });

describe('media data', () => {
  afterEach(() => {
    MediaData.showsPrivateId = false;
  });

  test('a name that is no attribute is copied by a spread, an attribute is in toJSON only', () => {
    const data = new MediaData({ type: 'image' });
    data.set({ clientUrl: 'https://example.org', directPath: '/mms/image/x' });
    expect({ ...data }).toEqual({ clientUrl: 'https://example.org' });
    expect(data.toJSON()).toEqual({ type: 'image', mediaStage: 'INIT', directPath: '/mms/image/x' });
  });

  test('a message that takes over the field of the id has none and is refused', () => {
    MediaData.showsPrivateId = true;
    const spread: object = { ...new MediaData({ type: 'image' }) };
    expect(Object.keys(spread)).toEqual(['__x_id']);
    expect(() => new Msg({ id: 'a', type: 'image', ...spread })).toThrow('must include an id property');
  });

  test('an attribute that is set through its field is the attribute', () => {
    const msg = new Msg({ id: 'a', type: 'chat' });
    msg.set({ __x_body: 'hello' });
    expect(msg.body).toBe('hello');
  });
});

describe('a file of several messages', () => {
  test('is one, whose stage all of them show, and goes with the last of them', async () => {
    const [one, two] = [image('one', 'hash'), image('two', 'hash')];
    const object = getOrCreateMediaObject('hash');
    expect(one.mediaObject).toBe(object);
    expect([one, two].map(({ mediaData }) => mediaData?.mediaStage)).toEqual(['INIT', 'INIT']);
    const mediaBlob = await OpaqueData.createFromData(new Blob(['bytes']), 'image/jpeg');
    object.consolidate({ downloadStage: 'RESOLVED', mediaBlob });
    expect([one, two].map(({ mediaData }) => mediaData?.mediaStage)).toEqual(['RESOLVED', 'RESOLVED']);
    expect(object.size).toBe(5);
    disassociateMediaFromMsg(object, one);
    expect(getOrCreateMediaObject('hash')).toBe(object);
    disassociateMediaFromMsg(object, two);
    expect(getOrCreateMediaObject('hash')).not.toBe(object);
  });

  test('shows an upload that failed rather than the bytes that it has', async () => {
    const msg = image('three', 'other');
    const mediaBlob = await OpaqueData.createFromData(new Blob(['bytes']), 'image/jpeg');
    msg.mediaObject?.consolidate({ mediaBlob, uploadStage: 'ERROR_TOO_LARGE' });
    expect(msg.mediaData?.mediaStage).toBe('ERROR_TOO_LARGE');
    msg.mediaObject?.consolidate({ uploadStage: 'UPLOADED' });
    expect(msg.mediaData?.mediaStage).toBe('RESOLVED');
  });

  test('belongs to a message once', () => {
    const msg = image('four', 'third');
    attachMedia(msg);
    expect(msg.mediaObject?.associatedMsgs()).toHaveLength(1);
  });

  test('a text has none, and a document without words is shown by its name', () => {
    expect(new Msg({ id: 'five', type: 'chat', body: 'x' }).mediaData).toBeUndefined();
    expect(new Msg({ id: 'six', type: 'document', filename: 'a.pdf' }).get('caption')).toBe('a.pdf');
    expect(new Msg({ id: 'seven', type: 'document', filename: 'a.pdf', caption: 'b' }).get('caption')).toBe('b');
  });
});

test('bytes that nothing retains are released after a second, and reading them fails then', async () => {
  const data = await OpaqueData.createFromData(new Blob(['bytes']), 'text/plain');
  data.retain();
  data.autorelease();
  data.autorelease();
  expect(data.size()).toBe(5);
  await expect.poll(() => data.released, { timeout: 3_000 }).toBe(true);
  expect(() => data.url()).toThrow('called on released OpaqueData');
});
