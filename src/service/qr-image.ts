import { crc32, deflateSync } from 'node:zlib';
import encodeQR from 'qr';

/** Pixels of one module of the code in a PNG. */
const scale = 8;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A QR code as SVG. */
export function qrSvg(text: string): string {
  return encodeQR(text, 'svg', { border: 4 });
}

/** A QR code as PNG, black on white, with the quiet zone that scanners need. */
export function qrPng(text: string): Buffer {
  const modules = encodeQR(text, 'raw', { border: 4 });
  const size = modules.length * scale;
  const line = Math.ceil(size / 8);
  const pixels = Buffer.alloc(size * (line + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)];
      // One bit per pixel, 1 is white; the first byte of a line names its filter, which is none.
      if (!dark) (pixels[y * (line + 1) + 1 + (x >> 3)] as number) |= 0x80 >> (x & 7);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 1;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
