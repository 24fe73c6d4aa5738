import { expect, test } from 'vitest';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { KeptReadings } from '../../../src/surface/capture/kept-readings.ts';
import { define, pageOf } from './tiny-page.ts';

const scripts = {
  'base.js': define('Base', 'l.make = function(e) { var t = e.chat; return t }'),
  'uses.js': define('Uses', 'l.again = o("Base").make'),
  'other.js': define('Other', 'l.other = "x"'),
};

test('a page of which nothing changed is not parsed again, and its capture is the same', () => {
  const first = new KeptReadings();
  const capture = captureSurface(pageOf(scripts), [], first);
  expect(first.parsed).toBe(3);
  const again = new KeptReadings([...first.pieces()].join(''));
  expect(captureSurface(pageOf(scripts), [], again)).toEqual(capture);
  expect(again.parsed).toBe(0);
});

test('a module whose text changed is parsed again, with those that hand on what it exports', () => {
  const first = new KeptReadings();
  captureSurface(pageOf(scripts), [], first);
  const changed = { ...scripts, 'base.js': define('Base', 'l.make = "x"') };
  const again = new KeptReadings([...first.pieces()].join(''));
  const capture = captureSurface(pageOf(changed), [], again);
  expect(again.parsed).toBe(2);
  expect(capture).toEqual(captureSurface(pageOf(changed), []));
  expect(capture.names.modules.Uses?.exports).toEqual({ again: 'value' });
});

test('a module that comes is read by those that name it, and one that goes is no longer', () => {
  const { 'base.js': _, ...without } = scripts;
  const first = new KeptReadings();
  expect(captureSurface(pageOf(without), [], first).names.modules.Uses?.exports).toEqual({ again: 'unknown' });
  const second = new KeptReadings([...first.pieces()].join(''));
  expect(captureSurface(pageOf(scripts), [], second).names.modules.Uses?.exports).toEqual({ again: 'function' });
  const third = new KeptReadings([...second.pieces()].join(''));
  expect(captureSurface(pageOf(without), [], third).names.modules.Uses?.exports).toEqual({ again: 'unknown' });
});

test('kept readings of another reader, and what is no such file, count as none', () => {
  for (const text of ['', 'garbage', '{"reader":"other","readings":{}}']) {
    const readings = new KeptReadings(text);
    captureSurface(pageOf(scripts), [], readings);
    expect(readings.parsed).toBe(3);
  }
});

test('a script that cannot be parsed is one finding, and everything else is read', () => {
  const broken = { ...scripts, 'cut.js': define('Cut', 'l.cut = function() {').slice(0, -12), 'noise.js': '<html>' };
  const capture = captureSurface(pageOf(broken), ['Gone']);
  expect(capture.findings).toEqual([
    { kind: 'script-unreadable', script: 'noise.js', modules: [], message: expect.any(String) },
    { kind: 'script-unreadable', script: 'cut.js', modules: ['Cut'], message: expect.any(String) },
  ]);
  expect(capture.names.complete).toBe(false);
  expect(capture.names.modules.Uses?.exports).toEqual({ again: 'function' });
  expect(capture.names.modules.Cut).toMatchObject({ evidence: 'uses', exportsIncomplete: true, exports: {} });
  expect(capture.names.unknown).toEqual(['Gone']);
});

test('a capture has the flag of a module whose default export is not what require returns', () => {
  const text = '__d("Plain", [], (function(t, n, r, o, a, i, l) {l.default = {}; l.more = "x"}), 34);';
  const capture = captureSurface(pageOf({ ...scripts, 'plain.js': text }), []);
  expect(capture.names.modules.Plain?.plainDefault).toBe(true);
  expect(capture.names.modules.Base).not.toHaveProperty('plainDefault');
});
