import { expect, test } from 'vitest';
import { Launches, Slots } from '../../../src/service/sessions/launches.ts';
import { PreparedLibraries } from '../../../src/service/sessions/prepared-libraries.ts';

test('a session whose library is being installed counts as one that will need a slot', async () => {
  const installed = Promise.withResolvers<void>();
  const launches = new Launches(new Slots(2, () => {}), new PreparedLibraries(() => installed.promise));
  expect(launches.room).toBe(2);
  const turn = launches.turn('1.34.7');
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
    slots.take().then((back) => {
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
  const first = await slots.take();
  const second = slots.take();
  first();
  expect(calls).toBe(0);
  (await second)();
  expect(calls).toBe(1);
});
