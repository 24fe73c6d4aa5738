import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withLinkedClient } from '../../src/testing/linked-client.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import type { Subject } from './measure.ts';
import { median } from './statistics.ts';

/** A square of noise that a JPEG of this quality makes one MB of. */
const edge = 1_269;
const quality = 0.935;

/** An image of 1 MB from the library to the phone and another back, bytes compared, `rounds` times with one linked client. */
export async function imageBothWays({ planned, library }: Subject, rounds: number): Promise<Figure> {
  const whatsapp = createRequire(join(library.packageDir, 'package.json'))(library.packageDir);
  const sizes: number[] = [];
  const times: number[] = [];
  await withLinkedClient(
    (options) => new whatsapp.Client(options),
    { build: planned.cell.build },
    // biome-ignore lint/suspicious/noExplicitAny: the client of any library version
    async ({ client, phone }: { client: any; phone: any }) => {
      for (let round = 0; round < rounds; round++) {
        const [there, back] = [await noise(client.pupPage, 2 * round + 1), await noise(client.pupPage, 2 * round + 2)];
        const before = phone.messages().at(-1);
        const began = performance.now();
        const media = new whatsapp.MessageMedia('image/jpeg', there.toString('base64'));
        await client.sendMessage('12025550101@c.us', media);
        const arrived = await phone.received(() => true, before ? { after: before } : {});
        mustBeEqual(phone.media(arrived).bytes, there);
        const received = once(client, 'message');
        phone.sendMedia(back, { mimetype: 'image/jpeg' });
        const [message] = await received;
        mustBeEqual(Buffer.from((await message.downloadMedia()).data, 'base64'), back);
        times.push(performance.now() - began);
        sizes.push(there.length);
      }
    },
  );
  const megabytes = (median(sizes) / 1_000_000).toFixed(2);
  const value = `${median(times).toFixed(0)} ms (slowest ${Math.max(...times).toFixed(0)} ms)`;
  return heldTo(bars.imageBothWays, `image of ${megabytes} MB both ways, median of ${rounds}`, median(times), value);
}

function mustBeEqual(arrived: Buffer, sent: Buffer): void {
  if (!arrived.equals(sent)) throw new Error(`${arrived.length} bytes arrived of an image of ${sent.length} bytes`);
}

interface PuppeteerPage {
  evaluate<T>(code: (...values: number[]) => T, ...values: number[]): Promise<T>;
}

/** A JPEG that the page sends unchanged: without the color profile that a canvas adds. */
async function noise(page: PuppeteerPage, seed: number): Promise<Buffer> {
  const url = await page.evaluate(
    (pixels, compression, start) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: pixels, height: pixels });
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      const image = context.createImageData(pixels, pixels);
      let state = start;
      for (let at = 0; at < image.data.length; at += 4) {
        state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
        image.data.fill(83 + ((state >> 16) % 90), at, at + 3);
        image.data[at + 3] = 255;
      }
      context.putImageData(image, 0, 0);
      return canvas.toDataURL('image/jpeg', compression);
    },
    edge,
    quality,
    seed,
  );
  const file = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  const kept = [file.subarray(0, 2)];
  let at = 2;
  for (; file[at + 1] !== 0xda; at += 2 + file.readUInt16BE(at + 2)) {
    if (file[at + 1] !== 0xe2) kept.push(file.subarray(at, at + 2 + file.readUInt16BE(at + 2)));
  }
  return Buffer.concat([...kept, file.subarray(at)]);
}
