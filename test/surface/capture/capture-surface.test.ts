import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { define, pageOf } from './tiny-page.ts';

const base = define('Base', 'l.make = function(e) {}');

test.each([
  ['', 'all'],
  ["frame-ancestors 'self'", 'all'],
  ["script-src 'self' 'unsafe-inline'", 'all'],
  ["default-src 'self'; script-src 'self' 'unsafe-inline'", 'all'],
  ["script-src 'self'; script-src-elem 'unsafe-inline'", 'all'],
  ["script-src 'self' 'unsafe-inline' 'nonce-abc'", 'nonce'],
  ["script-src 'unsafe-inline' 'sha256-abc='", 'nonce'],
  ["script-src 'self'", 'nonce'],
  ["default-src 'self'; style-src 'unsafe-inline'", 'nonce'],
  ["script-src 'unsafe-inline', default-src 'self'", 'nonce'],
])('with the content-security-policy "%s" a page runs inline scripts: %s', (contentSecurityPolicy, inlineScripts) => {
  const { behaviours } = captureSurface({ ...pageOf({ 'base.js': base }), contentSecurityPolicy }, []);
  expect(behaviours.inlineScripts).toBe(inlineScripts);
});

test('a script that is cut off makes a capture incomplete: what came behind is not known, and not absent', () => {
  const whole = `${base}${define('Last', 'l.last = "x"')}`;
  const at = (length: number) => captureSurface(pageOf({ 'all.js': whole.slice(0, length) }), ['Last']).names;
  expect(at(whole.length)).toMatchObject({ complete: true, absent: [], unknown: [] });
  expect(at(base.length - 8)).toMatchObject({ complete: false, absent: [], unknown: ['Last'] });
});

test('a module that cannot be parsed between others is a finding, and every other module is known', () => {
  const odd = '__d("Odd", [], (function() { let let = ; }), 1);';
  const capture = captureSurface(pageOf({ 'all.js': `${odd}${base}` }), ['Gone']);
  expect(capture.findings).toMatchObject([{ kind: 'script-unreadable', modules: ['Odd'] }]);
  expect(capture.names).toMatchObject({ complete: true, absent: ['Gone'] });
});

test('a capture has what each module needs before it runs, with what stands for a conditional dependency', () => {
  const page = pageOf({
    'a.js': define('WAWebA', 'i.a=1', ['WAWebB', 'cr:1234']) + define('WAWebB', 'i.b=1'),
    'b.js': define('WAWebC', 'i.c=1', ['WAWebA']),
  });
  const html = `${page.html} ["cr:1234",["WAWebChosen"],{},-1]`;
  const { dependencies } = captureSurface({ ...page, html }, []);
  expect(dependencies).toEqual({ WAWebA: ['WAWebB', 'WAWebChosen'], WAWebC: ['WAWebA'] });
});

test.each(['all.js', 'between.js'])(
  'code that is nested too deeply to be read is one finding, at whatever place: %s',
  (script) => {
    const deep = define('Deep', `l.text = ${Array(20_000).fill('"a"').join('+')}`);
    const scripts = { 'all.js': `${base}${deep}`, 'between.js': `${deep}${base}` };
    const { findings, names } = captureSurface(pageOf({ [script]: scripts[script as keyof typeof scripts] }), []);
    expect(findings).toMatchObject([{ kind: 'script-unreadable', script, modules: ['Deep'] }]);
    expect(names.modules.Base?.evidence).toBe('code');
  },
);

test('a name that is half of a character stays what it is', () => {
  const body = 'l.table = { "\\ud83d": 1, "\\ud83e": 2, "\\ud83d\\ude00": 3 }';
  const { shapes } = captureSurface(pageOf({ 'all.js': define('Table', body) }), []);
  expect(shapes.modules.Table?.members?.table?.keys).toEqual(['\ud83d', '\ud83e', '\ud83d\ude00']);
});

test('a capture keeps the text of no script in memory, although its names are cut out of them', () => {
  const length = 32_000_000;
  const body = 'l.nameOfAnExport = function(e) { var t = e.nameOfAParameter; return t };';
  const textOf = () => define('WAWebNameOfAModule', `${body}/*${'-'.repeat(length)}*/`, ['WAWebNameOfAnother']);
  const before = usedHeap();
  const capture = captureSurface(pageOf({ 'all.js': textOf() }), []);
  expect(usedHeap() - before).toBeLessThan(length / 2);
  expect(capture.dependencies).toEqual({ WAWebNameOfAModule: ['WAWebNameOfAnother'] });
  expect(capture.shapes.modules.WAWebNameOfAModule?.parameters).toEqual({ nameOfAnExport: [['nameOfAParameter']] });
});

/** Bytes after a collection. */
function usedHeap(): number {
  // The last text that a regular expression searched stays alive.
  /a/.test('a');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
