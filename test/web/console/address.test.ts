import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountSorts, accountStatuses, sortOrders } from '../../../src/contracts/service-states.ts';
import { accountsAddress, addressOf, type ConsolePlace, parsePlace } from '../../../src/web/console/address.ts';

const text = fc.string({ minLength: 1, maxLength: 40 });
const id = fc.uuid();
const orNone = (values: readonly string[]) => fc.constantFrom('', ...values);

/** Every place that the console has. */
const places: fc.Arbitrary<ConsolePlace> = fc.oneof(
  fc.constant({ view: 'overview' } as const),
  fc.constant({ view: 'rollouts' } as const),
  fc.record({ view: fc.constant('workspaces' as const), after: fc.option(text, { nil: '' }) }),
  fc.record({ view: fc.constant('matrix' as const), cell: fc.option(text, { nil: '' }) }),
  fc.record({ view: fc.constant('settings' as const), workspace: id }),
  fc.record({ view: fc.constant('account' as const), workspace: id, account: id }),
  fc.record({
    view: fc.constant('history' as const),
    window: text,
    library: fc.option(text, { nil: '' }),
    build: fc.option(text, { nil: '' }),
  }),
  fc.record({
    view: fc.constant('accounts' as const),
    workspace: id,
    list: fc.record({
      status: orNone(accountStatuses),
      attention: orNone(['any', 'none', 'page-hung']),
      phone: fc.stringMatching(/^\d{0,15}$/),
      library: orNone(['1.34.7']),
      sort: orNone(accountSorts),
      order: orNone(sortOrders),
      after: fc.option(text, { nil: '' }),
    }),
  }),
);

describe('the address of the console', () => {
  test('leads back to the place that it was made of', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(parsePlace(addressOf(place))).toEqual(place);
      }),
    );
  });

  test('of all accounts has no query', () => {
    expect(accountsAddress('w')).toBe('#/w/w');
    expect(accountsAddress('w', { status: 'connected' })).toBe('#/w/w?status=connected');
  });

  test('that was typed opens a page, whatever it is, or is reported as damaged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (hash) => {
        expect(() => parsePlace(`#/${hash}`)).not.toThrow();
      }),
    );
    expect(parsePlace('#/nowhere')).toEqual({ view: 'overview' });
    expect(parsePlace('#/w/%E0%A4%A/a')).toBeNull();
  });

  test('takes no status, sort or number that the service would refuse', () => {
    expect(parsePlace('#/w/x?status=lost&sort=colour&order=up&phone=%2B1 555-0100')).toMatchObject({
      list: { status: '', sort: '', order: '', phone: '15550100' },
    });
  });
});
