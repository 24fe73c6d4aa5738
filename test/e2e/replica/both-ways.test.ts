import { describe, expect, test } from 'vitest';
import { contentCases } from './contents.ts';
import { sharedClient, workingPairs } from './linked-client.ts';

const contact = '12025550101@c.us';

describe.each(workingPairs)('with %s on %s', (version, build) => {
  const linked = sharedClient(version, build);

  test.each(contentCases)('$name arrives at the phone as it was sent', async ({ content, send }) => {
    const { client, phone, library } = linked;
    const before = phone.messages().at(-1);
    await client.sendMessage(contact, ...send(library));
    expect((await phone.received(() => true, before ? { after: before } : {})).content).toEqual(content);
  });

  test.each(contentCases)('$name of a contact arrives as it was sent', async ({ content, seen }) => {
    const { phone } = linked;
    const message = linked.event('message');
    phone.sendContent(content);
    expect((await message)[0]).toMatchObject(seen);
  });
});
