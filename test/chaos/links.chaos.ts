import { expect, test } from 'vitest';
import { linkRounds } from '../service/accounts/link-rounds.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';

/** In milliseconds; by far more than a busy machine needs. */
const timeout = 1_800_000;
const rounds = Number(process.env.LINK_ROUNDS ?? 1_000);

test.each(engines)(
  '%s: 64 links of one number at the same time, 1,000 rounds, and never an error',
  async (_, newAddress) => {
    const { database, workspace } = await newServiceDatabase(newAddress, 16);
    const result = await linkRounds(database, workspace, { rounds, atOnce: 64 });
    await database.close();
    console.log(JSON.stringify({ ...result, errors: result.errors.length }));
    expect(result.errors).toEqual([]);
    expect(result.violations.surfaced).toBe(0);
    expect(result.wrongHolders).toEqual([]);
  },
  timeout,
);
