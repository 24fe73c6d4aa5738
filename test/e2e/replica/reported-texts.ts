import { once } from 'node:events';
import type { LinkedClient } from './linked-client.ts';

/** A failure of one call that users reported, with the text that they saw. */
export interface ReportedText {
  /** Issue or pull request. */
  report: string;
  version: string;
  build: string;
  /** The call as the reports name it. */
  call: string;
  make(linked: LinkedClient): Promise<unknown>;
  /** What the error says; the whole of `name: message`. */
  text: string | RegExp;
}

const contact = '12025550101@c.us';

/** A chat with a message in it: some calls fail only then. */
async function afterAText({ client, phone }: LinkedClient): Promise<void> {
  const received = once(client as never, 'message');
  phone.send('hello');
  await received;
}

export const reportedTexts: readonly ReportedText[] = [
  {
    report: 'wwebjs/whatsapp-web.js#5718',
    version: '1.34.2',
    build: '2.3000.1032373751',
    call: 'sendMessage',
    make: ({ client }) => client.sendMessage(contact, 'hello'),
    text: "TypeError: Cannot read properties of undefined (reading 'markedUnread')",
  },
  {
    report: 'wwebjs/whatsapp-web.js#201848',
    version: '1.34.7',
    build: '2.3000.1043280533',
    call: 'getChats',
    make: async (linked) => {
      await afterAText(linked);
      return linked.client.getChats();
    },
    text: 'r: r',
  },
  {
    report: 'wwebjs/whatsapp-web.js#201869',
    version: '1.34.7',
    build: '2.3000.1044135300',
    call: 'getChatById',
    make: async (linked) => {
      await afterAText(linked);
      return linked.client.getChatById(contact);
    },
    text: 'r: r',
  },
];
