import { expect, test } from 'vitest';
import { jpeg, png } from '../../../canaries/methods/media-files.ts';
import { cleanJpeg } from '../../../src/replica/page/media/clean-jpeg.ts';

const segment = (marker: number, bytes: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker, 0, bytes.length + 2]), bytes]);
const exif = segment(0xe1, Buffer.from('Exif\0\0GPS'));
const comment = segment(0xfe, Buffer.from('made by a test'));
const profile = segment(0xe2, Buffer.from('ICC_PROFILE\0'));

/** The file with segments after its header. */
const jfifEnd = 20;
const withSegments = (...segments: Buffer[]) =>
  Buffer.concat([jpeg.subarray(0, jfifEnd), ...segments, jpeg.subarray(jfifEnd)]);

const cleaned = (file: Buffer) => {
  const parts = cleanJpeg(file);
  return parts && Buffer.concat(parts);
};

test('a JPEG without metadata stays byte for byte', () => {
  expect(cleaned(jpeg)).toEqual(jpeg);
});

test('the place and the comment are left out, the picture stays byte for byte', () => {
  expect(cleaned(withSegments(exif, comment))).toEqual(jpeg);
});

test('a JPEG of a camera, which has no JFIF header, gets one', () => {
  const camera = Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(jfifEnd)]);
  expect(cleaned(camera)?.subarray(jfifEnd)).toEqual(jpeg.subarray(jfifEnd));
  expect(cleaned(camera)?.subarray(6, 10).toString()).toBe('JFIF');
});

test('bytes after the end of the image are no part of it', () => {
  expect(cleaned(Buffer.concat([jpeg, Buffer.from('more')]))).toEqual(jpeg);
});

test.each([
  ['another kind of picture', png],
  ['nothing', Buffer.alloc(0)],
  ['a color profile, which the page does not know', withSegments(profile)],
  ['neither header', Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(jfifEnd)])],
  ['an image without an end', jpeg.subarray(0, 200)],
])('%s is not cleaned but drawn again', (_, file) => {
  expect(cleanJpeg(file)).toBeNull();
});
