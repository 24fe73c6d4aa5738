import { expect, test } from 'vitest';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { KeptReadings } from '../../src/surface/capture/kept-readings.ts';
import { pageOf } from '../surface/capture/tiny-page.ts';
import { generatedPage } from './generated-page.ts';

test('a generated page is read to its last module, with every kind of export, and not parsed a second time', () => {
  const page = pageOf(Object.fromEntries(generatedPage(300).scripts));
  const first = new KeptReadings();
  const capture = captureSurface(page, [], first);
  expect(capture.findings).toEqual([]);
  const modules = Object.values(capture.names.modules);
  expect([modules.length, first.parsed]).toEqual([300, 300]);
  expect(new Set(modules.flatMap(({ exports }) => Object.values(exports)))).toEqual(
    new Set(['function', 'class', 'object', 'unknown']),
  );
  const again = new KeptReadings([...first.pieces()].join(''));
  expect(captureSurface(page, [], again)).toEqual(capture);
  expect(again.parsed).toBe(0);
});
