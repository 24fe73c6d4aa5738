import { describe, expect, it } from 'vitest';
import { describePlace, listPlaces, placeKey } from '../../../src/gate/evidence/place.ts';
import { placeOf } from '../cell-of.ts';

const usual = placeOf(1, { flow: 'qr-to-ready' });

describe('the key of a place', () => {
  it('names every axis, the flow and the build first, by which places sort', () => {
    expect(placeKey(usual)).toBe('qr-to-ready | 2.3000.1 | current | none | none | replica');
  });

  it.each([
    ['build', { build: '2.3000.2' }],
    ['browser', { browser: 'chromium-107' }],
    ['flow', { flow: 'restore-to-ready' }],
    ['condition', { condition: 'slow-cpu' }],
    ['switches', { switches: { 'comms-in-worker': 'true' } }],
    ['target', { target: 'live' }],
  ] as const)('differs with the %s', (_, other) => {
    expect(placeKey({ ...usual, ...other })).not.toBe(placeKey(usual));
  });
});

describe('a place in words', () => {
  it('is its build where everything else is the default', () => {
    expect(describePlace(usual)).toBe('2.3000.1');
  });

  it('names what is not the default', () => {
    expect(describePlace({ ...usual, browser: 'chromium-107' })).toBe('2.3000.1 (browser chromium-107)');
    expect(describePlace({ ...usual, condition: 'slow-cpu' })).toBe('2.3000.1 (slow-cpu)');
    expect(describePlace({ ...usual, switches: { 'comms-in-worker': 'true' } })).toBe(
      '2.3000.1 (comms-in-worker=true)',
    );
    expect(describePlace({ ...usual, target: 'live' })).toBe('2.3000.1 (live)');
    expect(describePlace({ ...usual, browser: 'chromium-107', condition: 'slow-cpu', target: 'live' })).toBe(
      '2.3000.1 (browser chromium-107, slow-cpu, live)',
    );
  });
});

describe('places in words', () => {
  const cells = ['a', 'b', 'c', 'd', 'e'].map((build) => ({ place: { ...usual, build } }));

  it.each([
    [1, 'a'],
    [3, 'a, b, c'],
    [4, 'a, b, c and 1 more'],
    [5, 'a, b, c and 2 more'],
  ])('of %i cells name the first three and count the rest', (count, words) => {
    expect(listPlaces(cells.slice(0, count))).toBe(words);
  });
});
