import { expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { type JudgedVersion, judgeSource, nearestVersion } from '../../src/surface/nearest-version.ts';
import { toyClient } from './toy-package.ts';

const inBetween = '2.3000.1032534684';

const judged = (...verdicts: [string, JudgedVersion['verdict']][]): JudgedVersion[] =>
  verdicts.map(([library, verdict]) => ({ library, verdict, from: 'source', why: '', prediction: null }));

test('a version that works itself is its own nearest', () => {
  expect(nearestVersion('1.2.0', judged(['1.2.0', 'works'], ['1.3.0', 'works']))?.library).toBe('1.2.0');
});

test('at the same distance the newer version wins', () => {
  const list = judged(['1.3.0', 'works'], ['1.1.0', 'works'], ['1.2.0', 'fails']);
  expect(nearestVersion('1.2.0', list)?.library).toBe('1.3.0');
});

test('an older version wins when it is nearer', () => {
  const list = judged(['1.1.0', 'works'], ['1.2.0', 'fails'], ['1.3.0', 'fails'], ['1.4.0', 'works']);
  expect(nearestVersion('1.2.0', list)?.library).toBe('1.1.0');
});

test('a version that is not in the list is placed between its neighbours', () => {
  const list = judged(['1.1.0', 'works'], ['1.3.0', 'works']);
  expect(nearestVersion('1.2.5', list)?.library).toBe('1.3.0');
});

test('what is unsure is never advised', () => {
  expect(nearestVersion('1.2.0', judged(['1.2.0', 'fails'], ['1.3.0', 'unsure']))).toBeNull();
});

test('a version that lacks only what the build may have already is unsure; one that may lose a name works and says which', () => {
  const judge = (pageCode: string) =>
    judgeSource('1.0.0', indexLibrary(toyClient(pageCode)), resolveSurface(inBetween));
  expect(judge(`window.require('WAWebUserPrefsMeUser').getMeUser();`)).toMatchObject({
    verdict: 'unsure',
    prediction: { open: [{ name: 'WAWebUserPrefsMeUser.getMeUser', offered: false }] },
  });
  expect(judge(`window.require('WAWebUserPrefsMeUser').getMe();`).verdict).toBe('fails');
  expect(judge(`window.require('WAWebApiContact').hasLidMapping();`)).toMatchObject({
    verdict: 'works',
    prediction: { confidence: 'inferred', open: [{ name: 'WAWebApiContact.hasLidMapping', offered: true }] },
  });
});
