import { expect, test } from 'vitest';
import { Launches, Slots } from '../../../src/service/sessions/launches.ts';
import { PreparedLibraries } from '../../../src/service/sessions/prepared-libraries.ts';

test('a session whose library is being installed counts as one that will need a slot', async () => {
  const installed = Promise.withResolvers<void>();
  const launches = new Launches(new Slots(2, () => {}), new PreparedLibraries(() => installed.promise));
  expect(launches.room).toBe(2);
  const turn = launches.turn('1.34.7', 'restoration');
  expect(launches.room, 'while the library is being installed').toBe(1);
  installed.resolve();
  const launched = await turn;
  expect(launches.room, 'while the browser starts').toBe(1);
  launched();
  expect(launches.room).toBe(2);
});

test('no more than its size are taken at once, in the order in which they were asked for', async () => {
  const slots = new Slots(2, () => {});
  const order: number[] = [];
  const give: (() => void)[] = [];
  const asked = [1, 2, 3, 4].map((n) =>
    slots.take('restoration').then((back) => {
      order.push(n);
      give.push(back);
    }),
  );
  await Promise.resolve();
  await Promise.all(asked.slice(0, 2));
  expect(order).toEqual([1, 2]);
  expect(slots.free).toBe(0);
  give[0]?.();
  give[0]?.();
  await asked[2];
  expect(order).toEqual([1, 2, 3]);
  give[1]?.();
  await asked[3];
  for (const back of give) back();
  expect(slots.free).toBe(2);
});

test('the callback runs when a slot is free and no session waits for it', async () => {
  let calls = 0;
  const slots = new Slots(1, () => calls++);
  const first = await slots.take('link');
  const second = slots.take('link');
  first();
  expect(calls).toBe(0);
  (await second)();
  expect(calls).toBe(1);
});

test('links and restorations get slots in turn, each kind in the order in which they were asked for', async () => {
  const slots = new Slots(1, () => {});
  const order: string[] = [];
  const launch = async (name: string, kind: 'link' | 'restoration') => {
    const giveBack = await slots.take(kind);
    order.push(name);
    await Promise.resolve();
    giveBack();
  };
  const links = ['L1', 'L2', 'L3', 'L4'].map((name) => launch(name, 'link'));
  const restorations = ['R1', 'R2'].map((name) => launch(name, 'restoration'));
  await Promise.all([...links, ...restorations]);
  expect(order).toEqual(['L1', 'R1', 'L2', 'R2', 'L3', 'L4']);
});

test('links that take every slot leave room for one restoration at a time', async () => {
  const slots = new Slots(1, () => {});
  const launches = new Launches(slots, new PreparedLibraries(async () => {}));
  const first = await launches.turn('1.34.7', 'link');
  expect(launches.room, 'the slot is taken, and no link waits').toBe(0);
  const second = launches.turn('1.34.7', 'link');
  expect(launches.room, 'a link waits').toBe(1);
  const restoration = launches.turn('1.34.7', 'restoration');
  expect(launches.room, 'a restoration waits for its turn').toBe(0);
  await new Promise(setImmediate);
  first();
  (await restoration)();
  (await second)();
  expect(launches.room).toBe(1);
});
