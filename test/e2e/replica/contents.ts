import type { Content } from '../../../src/contracts/replica-message.ts';
import type { LinkedClient } from './linked-client.ts';

/** One kind of message: how a program sends it, what the program receives, and what the phone has. */
export interface ContentCase {
  name: string;
  content: Content;
  /** What a program gives to `sendMessage` besides the chat. */
  send(library: LinkedClient['library']): [content: unknown, options?: object];
  /** Fields of the library's message when the content comes from the phone. */
  seen: Record<string, unknown>;
}

export const contentCases: readonly ContentCase[] = [
  {
    name: 'a text',
    content: { kind: 'text', body: 'héllo 👋\nsecond line' },
    send: () => ['héllo 👋\nsecond line'],
    seen: { type: 'chat', body: 'héllo 👋\nsecond line', hasMedia: false },
  },
  {
    name: 'a location',
    content: { kind: 'location', latitude: 37.4220656, longitude: -122.0840897, description: 'Here\nA street' },
    send: ({ Location }) => [new Location(37.4220656, -122.0840897, { name: 'Here', address: 'A street' })],
    seen: {
      type: 'location',
      location: { latitude: 37.4220656, longitude: -122.0840897, name: 'Here', address: 'A street' },
    },
  },
];
