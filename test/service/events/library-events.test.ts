import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FollowedEvent } from '../../../src/contracts/host-events.ts';
import { LibraryEvents, type OpenedEvents } from '../../../src/service/events/library-events.ts';
import { Sealer } from '../../../src/service/sealer.ts';
import { SessionIds } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { testSealKey } from '../../support/test-service.ts';

const [, newAddress] = engines[0] as (typeof engines)[0];
/** JSON has no such number. */
const unwritable = { args: [1n], files: [] } as unknown as FollowedEvent;

let database: ServiceDatabase;
let events: LibraryEvents;
let ids: SessionIds;
let stream: OpenedEvents;
let lost: number;

beforeEach(async () => {
  const { database: opened, workspace } = await newServiceDatabase(newAddress);
  database = opened;
  ids = SessionIds.create(workspace);
  lost = 0;
  events = new LibraryEvents({
    ...{ database, sealer: new Sealer([testSealKey]), instanceId: 'one', windowMs: 3_600_000 },
    eventsOf: async () => ['message'],
    apply() {},
    onLost() {
      lost++;
    },
  });
  stream = await events.open({ workspace, account: null }, ['message'], null);
});
afterEach(() => database.close());

const add = (number: number) => events.add(ids, 'message', { args: [number], files: [] });

/** What a stream sends: the number of each event, and `gap` for a mark. */
async function sent(): Promise<unknown[]> {
  await events.flush();
  const read = await events.read(stream.selection, stream.position, 100_000);
  return read.events.map(({ event }) => event?.data.args[0] ?? 'gap');
}

test('of more events than memory takes, only as many as are too many are lost, and one mark stands in their place', async () => {
  for (let number = 0; number < 10_150; number++) add(number);
  // The first one is being written while the others arrive.
  const kept = Array.from({ length: 9_999 }, (_, at) => at + 151);
  expect(await sent()).toEqual([0, 'gap', ...kept]);
  expect(lost).toBe(150);
});

test('an event that cannot be written is a gap, with or without events after it', async () => {
  add(1);
  events.add(ids, 'message', unwritable);
  add(2);
  expect(await sent()).toEqual([1, 'gap', 2]);
  events.add(ids, 'message', unwritable);
  expect(await sent()).toEqual([1, 'gap', 2, 'gap']);
  expect(lost).toBe(2);
});
