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
