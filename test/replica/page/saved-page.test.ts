import { expect, test } from 'vitest';
import { buildOfHtml } from '../../../src/replica/page/saved-page.ts';

test.each([
  [
    'a Comet build, by its revision',
    '{"server_revision":1,"client_revision":1043565534,"push_phase":"C3"}',
    '2.3000.1043565534',
  ],
  ['an older build, by its manifest', '<link rel="manifest" href="/manifest-2.2412.54.json" crossorigin>', '2.2412.54'],
  ['no build', '<link rel="manifest" href="/data/manifest.json">', ''],
])('a saved page names %s', (_what, html, build) => {
  expect(buildOfHtml(html)).toBe(build);
});
