import type { MediaOptions } from '../src/contracts/phone-control.ts';
import { flow } from '../src/runner/flow.ts';
import { jpeg, mp3, mp4, pdf, webp } from './methods/media-files.ts';
import { at, first, linkedWorld, type MethodWorld, shortId } from './methods/recipe.ts';

interface SentFile {
  name: string;
  file: Buffer;
  /** As the phone sends it. */
  media: MediaOptions;
  /** Options of `sendMessage`. */
  options?: { [name: string]: boolean };
}

const files: readonly SentFile[] = [
  { name: 'image', file: jpeg, media: { mimetype: 'image/jpeg' } },
  { name: 'video', file: mp4, media: { mimetype: 'video/mp4', seconds: 1 } },
  {
    name: 'voice message',
    file: mp3,
    media: { mimetype: 'audio/mpeg', as: 'ptt' },
    options: { sendAudioAsVoice: true },
  },
  { name: 'document', file: pdf, media: { mimetype: 'application/pdf', filename: 'paper.pdf' } },
  {
    name: 'sticker',
    file: webp,
    media: { mimetype: 'image/webp', as: 'sticker' },
    options: { sendMediaAsSticker: true },
  },
];

export default flow('media-both-ways', async (context) => mediaBothWays(await linkedWorld(context)));

/** Files of each kind both ways: what arrives has the bytes that were sent. */
export async function mediaBothWays({ client, phone, contact, effect }: MethodWorld): Promise<void> {
  for (const { name, file, media, options = {} } of files) {
    const data = file.toString('base64');
    const given = { $new: 'MessageMedia', args: [media.mimetype, data, media.filename ?? null] };
    const id = shortId(await client.call('sendMessage', contact, given, options));
    await effect(`the phone has the ${name}`, async () =>
      (await phone.state()).received.some((each) => each.id === id),
    );
    await effect(`the phone reads the bytes of the ${name}`, async () => (await phone.media(id)).bytes.equals(file));

    const sent = await phone.sendMedia(file, media, {});
    const message = first(await client.event('message', { id: { id: sent.id } }));
    const { value } = await client.callOn(message, 'downloadMedia');
    await effect(`the client reads the bytes of the ${name}`, async () => at(value, 'data') === data);
  }
}
