import { expect, test } from 'vitest';
import { confidenceOf } from '../../../src/cause/confidence.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { surfaceConfidence } from '../../../src/replica/builds/surface-confidence.ts';

test.each([
  ['2.3000.1044822804', 'read'],
  ['2.3000.1049833609', 'reported'],
  ['2.3000.1029241508', 'inferred'],
  ['2.3000.1099999999', 'assumed'],
])('what is known of the page of %s is %s', (build, confidence) => {
  expect(surfaceConfidence(resolveSurface(build))).toBe(confidence);
});

test.each([
  ['2.3000.1044822804', 'WAWebBizGatingUtils', undefined, 'read'],
  ['2.3000.1026498050', 'WAWebUserPrefsMeUser', 'getMe', 'reported'],
  ['2.3000.1029241508', 'WAWebUserPrefsMeUser', 'getMeUser', 'reported'],
  ['2.3000.1032534684', 'WAWebUserPrefsMeUser', 'getMeUser', 'inferred'],
  ['2.3000.1029241508', undefined, undefined, null],
] as const)('a cause on %s that names %s.%s is %s', (build, module, name, confidence) => {
  const cause = { message: '', evidence: [], ...(module && { module }), ...(name && { export: name }) };
  expect(confidenceOf(resolveSurface(build), cause).cause).toBe(confidence);
});
