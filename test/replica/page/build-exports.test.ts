import { expect, test } from 'vitest';
import { buildExports } from '../../../src/replica/page/loader/build-exports.ts';

const reports: unknown[] = [];
const report = (event: string, detail: unknown) => void reports.push([event, detail]);

test('a module has exactly the names of the surface', () => {
  const module = { tier: 1, hasDefault: false, exports: { here: 'function', missing: 'function' } } as const;
  const exports = buildExports('M', module, { M: { here: () => 1, elsewhere: () => 2 } }, report);
  expect(Object.keys(exports)).toEqual(['here', 'missing']);
  expect((exports.here as () => number)()).toBe(1);
});

test('a stub throws, names itself and tells the server', () => {
  const module = { tier: 1, hasDefault: false, exports: { missing: 'function', Thing: 'class' } } as const;
  const exports = buildExports('M', module, {}, report) as Record<string, new () => unknown>;
  expect(() => (exports.missing as unknown as () => void)()).toThrow('M.missing');
  expect(() => new (exports.Thing as new () => unknown)()).toThrow('M.Thing');
  expect(reports.splice(0)).toEqual([
    ['stub-called', { module: 'M', export: 'missing', stack: expect.stringContaining('build-exports.test.ts') }],
    ['stub-called', { module: 'M', export: 'Thing', stack: expect.stringContaining('build-exports.test.ts') }],
  ]);
});

test('a read of a member of an unimplemented object is reported once', () => {
  const exports = buildExports('M', { tier: 1, hasDefault: true, exports: { default: 'object' } }, {}, report);
  const stub = exports.default as Record<string, unknown>;
  expect([stub.x, stub.x, JSON.stringify(stub)]).toEqual([undefined, undefined, '{}']);
  expect(reports.splice(0)).toEqual([['stub-read', { module: 'M', export: 'default', member: 'x' }]]);
});
