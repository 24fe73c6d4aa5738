import { expect, test } from 'vitest';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { probesInText } from '../../../src/surface/capture/probes.ts';
import { define, pageOf } from './tiny-page.ts';

const { names } = captureSurface(pageOf({ 'a.js': define('WAWebCmd', 'l.Cmd = {}') }, '2.3000.1044822804'), []);
const probesOf = (html: string, contentSecurityPolicy: string | null) =>
  probesInText({ html, contentSecurityPolicy }, names);

test('rates of logging are read from the html, and what is no number is left out', () => {
  const clpData = { 1814852: { r: 1 }, 1848815: { r: 10000, s: 1 }, 7: { r: 'a text' }, name: { r: 1 } };
  expect(probesOf(`<script>{"clpData":${JSON.stringify(clpData)}}</script>`, null).clpData).toEqual({
    ...{ how: 'source', value: { 1814852: { r: 1 }, 1848815: { r: 10000, s: 1 } } },
  });
});

test.each([
  ["script-src 'self' 'unsafe-eval'", '', true],
  ["script-src 'self'", '', false],
  ["default-src 'self'", '', false],
  ["default-src 'unsafe-eval'; script-src 'self'", '', false],
  ["img-src 'self'", '', true],
  ['', '', true],
  ["script-src 'unsafe-eval', script-src 'self'", '', false],
  ["script-src 'unsafe-eval'", `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`, false],
  [
    "script-src 'unsafe-eval'",
    '<meta http-equiv="Content-Security-Policy" content="script-src &#039;unsafe-eval&#039;">',
    true,
  ],
])('the header "%s" and the html "%s": evaluation is allowed: %s', (header, html, isAllowed) => {
  expect(probesOf(html, header).evalAllowed).toEqual({ how: 'source', value: isAllowed });
});

test('without an html and its headers, nothing is read from them', () => {
  expect(probesOf('', null)).toEqual({});
});
