import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/contracts/input-error.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';

describe('resolveSurface', () => {
  test('2.24xx are webpack builds, 2.3000 are Comet builds', () => {
    expect(resolveSurface('2.2412.54').face).toBe('webpack');
    expect(resolveSurface('2.3000.1014111620').face).toBe('comet');
  });

  test('a build between two changes has what the older one left', () => {
    const { modules } = resolveSurface('2.3000.1026515401');
    expect(modules.WAWebUserPrefsMeUser?.exports).not.toHaveProperty('getMeUser');
    expect(modules.WAWebUserPrefsMeUser?.exports).toHaveProperty('getMaybeMeUser');
  });

  test('a build newer than all facts has the newest surface and is marked as extrapolated', () => {
    const future = resolveSurface('2.3000.1099999999');
    const newest = resolveSurface('2.3000.1049833609');
    expect(future.modules).toEqual(newest.modules);
    expect(future.known.to).toBe('2.3000.1049833609');
    expect([future.extrapolated, newest.extrapolated]).toEqual(['newer', null]);
  });

  test.each([
    ['2.3000.1', '2.3000.1012058694'],
    ['2.2117.5', '2.2407.3'],
  ])('%s, older than all facts, has the base and is marked as extrapolated', (old, base) => {
    expect(resolveSurface(old)).toEqual({ ...resolveSurface(base), build: old, extrapolated: 'older' });
  });

  test('a module has a default export exactly when require returns it', () => {
    const { modules } = resolveSurface('2.3000.1044822804');
    expect(modules.WAWebMsgKey?.hasDefault).toBe(true);
    expect(modules.WAWebUserPrefsMeUser?.hasDefault).toBe(false);
  });

  test('kinds that an archive could not tell are those of the next archive that read the module', () => {
    expect(resolveSurface('2.3000.1016820347').modules.WAWebSocketModel?.exports.Socket).toBe('object');
  });

  test('something that is no build number is refused', () => {
    expect(() => resolveSurface('2.3000')).toThrow(InputError);
    expect(() => resolveSurface('latest')).toThrow(/looks like 2\.3000\.1032534684/);
  });

  test('a further build takes less than 5 ms once the files are read', () => {
    resolveSurface('2.3000.1020000000');
    // The fastest of some: other work on the machine interrupts one or the other.
    const times = Array.from({ length: 10 }, (_, further) => {
      const start = performance.now();
      resolveSurface(`2.3000.102000001${further}`);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(5);
  });
});
