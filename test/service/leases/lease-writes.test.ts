import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Links } from '../../../src/service/accounts/links.ts';
import { Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { holdLease, writeUntilTaken } from '../../../src/service/leases/lease-writes.ts';
import { SessionIds } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

let database: ServiceDatabase;
let lease: Lease;

beforeEach(async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const service = await newServiceDatabase(newAddress);
  database = service.database;
  const request = { phone: null, library: '1.34.7', libraryPin: null };
  ({ lease } = await new Links(database, 'one', () => {}).begin(SessionIds.create(service.workspace), request));
});
afterEach(() => database.close());

describe('a lease is held', () => {
  const hold = (lease: Lease) => database.transaction((tx) => holdLease(database, tx, lease));

  test('by its owner while it lasts', async () => {
    await hold(lease);
    await database.kysely.updateTable('sessions').set({ lease_expires_at: 1 }).execute();
    await expect(hold(lease)).rejects.toBeInstanceOf(LeaseLost);
  });

  test.each([
    ['another instance', () => new Lease(lease.ids, 'other', lease.token)],
    ['an earlier claim of the same instance', () => new Lease(lease.ids, 'one', lease.token - 1)],
    ['the owner of a session that does not exist', () => new Lease(SessionIds.create(lease.ids.workspace), 'one', 1)],
  ])('not by %s', async (_, other) => {
    await expect(hold(other())).rejects.toBeInstanceOf(LeaseLost);
  });
});

describe('a write that the database cannot take', () => {
  /** Fails as a database does that is down. */
  const unreachable = () =>
    new Promise<never>((_, reject) => {
      connect(1, '127.0.0.1').on('error', reject);
    });

  test('is retried until the database takes it', async () => {
    let tries = 0;
    const write = async () => {
      if (++tries < 3) await unreachable();
      return 'taken';
    };
    const began = performance.now();
    expect(await writeUntilTaken(lease, write, () => false)).toBe('taken');
    expect(tries).toBe(3);
    expect(performance.now() - began, 'with a pause between the tries').toBeGreaterThan(900);
  });

  test('is given up when the session has ended', async () => {
    await expect(writeUntilTaken(lease, unreachable, () => true)).rejects.toBeInstanceOf(LeaseLost);
  });

  test('is not retried when the database answered with an error', async () => {
    let tries = 0;
    const refused = async () => {
      tries++;
      throw new Error('no such table');
    };
    await expect(writeUntilTaken(lease, refused, () => false)).rejects.toThrow('no such table');
    expect(tries).toBe(1);
  });
});
