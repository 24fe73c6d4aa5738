import { type FlowParty, flow, restoredPair } from '../../src/runner/flow.ts';
import { jpeg, pdf } from '../methods/media-files.ts';
import { at, first } from '../methods/recipe.ts';

const files = [
  { mimetype: 'image/jpeg', file: jpeg, filename: null, options: {} },
  { mimetype: 'application/pdf', file: pdf, filename: 'paper.pdf', options: { sendMediaAsDocument: true } },
] as const;

export default flow(
  'media-both-ways',
  async (context) => {
    const { own, peer, unique } = await restoredPair(context);
    for (const each of files) {
      await sendFile(own, peer, each, unique());
      await sendFile(peer, own, each, unique());
    }
  },
  { deadlineSeconds: 300, liveAccounts: 2 },
);

/** The other account has the bytes that were sent. */
async function sendFile(
  from: FlowParty,
  to: FlowParty,
  { mimetype, file, filename, options }: (typeof files)[number],
  caption: string,
): Promise<void> {
  const data = file.toString('base64');
  const media = { $new: 'MessageMedia', args: [mimetype, data, filename] };
  await from.client.call('sendMessage', `${to.phone.number}@c.us`, media, { ...options, caption });
  const message = first(await to.client.event('message', { body: caption }));
  const { value } = await to.client.callOn(message, 'downloadMedia');
  if (at(value, 'data') !== data)
    throw new Error(`the ${mimetype} that arrived has other bytes than the one that was sent`);
}
