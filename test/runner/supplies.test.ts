import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { gatherSupplies } from '../../src/runner/supplies.ts';
import { exampleCell } from '../fixtures/example-run.ts';

test('a library that does not exist is reported before a browser is looked for', async () => {
  const cell = exampleCell({ library: '/no/such/folder', browser: 'current' });
  const gathering = gatherSupplies([{ cell, expectation: null, repeat: 1 }], () => {});
  const error = await gathering.catch((error) => error);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(/^library "\/no\/such\/folder": there is no/);
});
