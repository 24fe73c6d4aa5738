import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentCases } from './contents.ts';
import { type LinkedClient, linkedClient } from './linked-client.ts';

const contact = '12025550101@c.us';

describe.each([
  ['1.34.7', '2.3000.1032534684'],
  ['1.33.2', '2.3000.1029241508'],
])('with %s on %s', (version, build) => {
  let linked: LinkedClient;
  beforeAll(async () => {
    linked = await linkedClient(version, build);
  });
  afterAll(() => linked[Symbol.asyncDispose]());

  test.each(contentCases)('$name arrives at the phone as it was sent', async ({ content, send }) => {
    const { client, phone, library, replica } = linked;
    const before = phone.messages().at(-1);
    await client.sendMessage(contact, ...send(library));
    expect((await phone.received(() => true, before ? { after: before } : {})).content).toEqual(content);
    expect(replica.findings()).toEqual([]);
  });

  test.each(contentCases)('$name of a contact arrives as it was sent', async ({ content, seen }) => {
    const { client, phone, replica } = linked;
    const message = once(client as never, 'message');
    phone.sendContent(content);
    expect((await message)[0]).toMatchObject(seen);
    expect(replica.findings()).toEqual([]);
  });
});
