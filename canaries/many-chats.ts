import type { WorldInput } from '../src/contracts/world-file.ts';
import { Finding } from '../src/runner/finding.ts';
import { type Flow, type FlowClient, flow, linkByQr } from '../src/runner/flow.ts';
import { at, same } from './methods/recipe.ts';

const account = '13125550150';
/** No numbering plan has an area code that begins with a zero, so these are no numbers of real people. */
const numberOf = (person: number) => String(10_005_550_000 + person);

const isOfWorld = (user: unknown, chats: number) =>
  Number(user) >= Number(numberOf(0)) && Number(user) < Number(numberOf(chats));
const bodyOf = (person: number, message: number) => `message ${message} of ${person}`;

/** So much the page may keep of each message, its share of chats and contacts included. */
const bytesPerMessage = 2 * 1024;
const asks = 3;

/** A big account: what the page and `getChats()` are for one with years of history. */
export default manyChats('many-chats', 5_000, 50_000);

/**
 * Links an account with so many chats, each with one person and the same number of messages. The client is ready within the deadline of every
 * flow, has all chats each time that it is asked, reads the latest messages of some, and its page keeps no more memory than it may.
 */
export function manyChats(name: string, chats: number, messages: number): Flow {
  const each = messages / chats;
  return flow(
    name,
    async (context) => {
      const { client } = context;
      await linkByQr(context);
      for (let ask = 0; ask < asks; ask++) {
        const { value } = await client.call('getChats');
        const numbers = (value as never[])
          .map((chat) => at(chat, 'id', 'user'))
          .filter((user) => isOfWorld(user, chats));
        same(new Set(numbers).size, chats);
      }
      for (const person of [0, Math.floor(chats / 2), chats - 1]) {
        const chat = await client.call('getChatById', `${numberOf(person)}@c.us`);
        const { value } = await client.callOn(chat, 'fetchMessages', { limit: each });
        same(
          (value as never[]).map((message) => at(message, 'body')),
          Array.from({ length: each }, (_, n) => bodyOf(person, n)),
        );
      }
      await demandRoom(client, messages);
    },
    { world: accountWithHistory(chats, each) },
  );
}

/** An account with so many chats, each with one person and so many messages. */
export function accountWithHistory(chats: number, each: number): WorldInput {
  const people = Array.from({ length: chats }, (_, person) => person);
  // The latest message of the last person is a minute old.
  const end = Date.now() - 60_000;
  const timeOf = (person: number, message: number) =>
    new Date(end - ((each - 1 - message) * chats + (chats - 1 - person)) * 1000).toISOString();
  return {
    people: Object.fromEntries(people.map((person) => [numberOf(person), { pushname: `Person ${person}` }])),
    phones: [
      {
        number: account,
        contacts: Object.fromEntries(people.map((person) => [numberOf(person), `Contact ${person}`])),
        chats: people.map((person) => ({
          with: numberOf(person),
          messages: Array.from({ length: each }, (_, n) => ({ text: bodyOf(person, n), at: timeOf(person, n) })),
        })),
      },
    ],
  };
}

/** @throws Finding `memory-growth` when the page keeps more than it may. */
async function demandRoom(client: FlowClient, messages: number): Promise<void> {
  const sizes = await client.heapSizes();
  if (sizes === null) throw new Finding('harness-error', 'the memory of the page could not be measured');
  const most = 20 * 1024 * 1024 + messages * bytesPerMessage;
  if (sizes.page <= most) return;
  const [is, may] = [sizes.page, most].map((bytes) => (bytes / 1024 / 1024).toFixed(0));
  throw new Finding('memory-growth', `the page keeps ${is} MB with ${messages} messages; ${may} MB are allowed`);
}
