import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FollowedEvents } from '../../../src/service/events/followed-events.ts';
import { OwnInstance } from '../../../src/service/leases/instances.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const windowMs = 3_600_000;
const knownMs = 300;
const names = ['message'];

describe.each(engines)('what is followed in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let scope: { workspace: Awaited<ReturnType<typeof newServiceDatabase>>['workspace']; account: null };

  beforeEach(async () => {
    const made = await newServiceDatabase(newAddress);
    database = made.database;
    scope = { workspace: made.workspace, account: null };
  });
  afterEach(() => database.close());

  async function newInstance(id: string) {
    const start = { slots: 1, maxSessions: null, address: null, sharesProfiles: true };
    await new OwnInstance(database, id, 'key').started(start);
    const followed = new FollowedEvents(database, id, windowMs, knownMs);
    return { followed, look: () => followed.look(() => {}) };
  }

  test('is complete since a stream asked for it, when every instance knows in time', async () => {
    const [one, other] = [await newInstance('one'), await newInstance('other')];
    await other.look();
    const opening = one.followed.follow(scope, names, one.look);
    await sleep(knownMs / 3);
    await other.look();
    const { since, isKnown } = await opening;
    expect(isKnown).toBe(true);
    const later = await newInstance('later');
    await sleep(knownMs);
    // An instance that starts has run no session.
    for (const { look } of [later, other, one]) await look();
    expect(one.followed.since(scope, names)).toEqual(since);
  });

  test('is complete only since the last instance knows, when that is late', async () => {
    const [one, slow] = [await newInstance('one'), await newInstance('slow')];
    await slow.look();
    const { since, isKnown } = await one.followed.follow(scope, names, one.look);
    expect(isKnown).toBe(false);
    await one.look();
    expect(one.followed.since(scope, names)).toEqual(since);
    await slow.look();
    await one.look();
    const moved = one.followed.since(scope, names);
    expect(moved.get('message')).toBeGreaterThanOrEqual((since.get('message') as number) + knownMs);
    for (const { look } of [slow, one, slow, one]) await look();
    expect(one.followed.since(scope, names)).toEqual(moved);
    const again = await one.followed.follow(scope, names, one.look);
    expect(again).toMatchObject({ since: moved, isKnown: true });
  });
});
