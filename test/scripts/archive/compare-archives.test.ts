import { expect, test } from 'vitest';
import { compareArchives, factKinds } from '../../../scripts/archive/compare-archives.ts';
import { describeArchive } from '../../../src/surface/capture/describe-archive.ts';
import { moduleTexts } from '../../../src/surface/capture/module-text.ts';
import { define } from '../../surface/capture/tiny-page.ts';

const described = (...modules: string[]) => {
  const texts = [...moduleTexts(modules.join('\n'))];
  return describeArchive({
    ...{
      build: '2.3000.1',
      date: '2026-01-01',
      source: ['a/b@c'],
      complete: true,
      texts,
      deferred: [],
      components: [],
    },
    ...{ covered: ['WAWebOne', 'WAWebTwo', 'WAWebThree'], known: {} },
  });
};

const one = define('WAWebOne', 'l.run = function(e) { var t = e.chat; return t }, l.table = { a: 1, b: 2 }');
const two = define('WAWebTwo', 'l.text = "x"; o("WAWebOne").trigger("changed")');

test('a page and its own data agree in everything', () => {
  const comparison = compareArchives(described(one, two), described(one, two));
  expect(factKinds.filter((kind) => comparison[kind].places.length > 0)).toEqual([]);
  expect([comparison.modules.agreed, comparison.exports.agreed, comparison.parameters.agreed]).toEqual([2, 3, 1]);
});

test('each difference is counted once, under its kind, with what both say', () => {
  const changed = define('WAWebOne', 'l.run = function(e, t) { e.go() }, l.table = { b: 2, c: 3 }, l.more = 1');
  const code = described(changed, two, define('WAWebThree', ''));
  const data = described(one, define('WAWebTwo', 'l.text = function() {}'));
  const comparison = compareArchives(code, data);
  expect(
    Object.fromEntries(factKinds.map((kind) => [kind, comparison[kind].places]).filter(([, all]) => all?.length)),
  ).toEqual({
    modules: ['WAWebThree: in the code true, in the data nothing'],
    exports: ['WAWebOne.more: in the code true, in the data nothing'],
    kinds: ['WAWebTwo.text: in the code "value", in the data "function"'],
    events: ['WAWebTwo.changed: in the code true, in the data nothing'],
    members: [
      'WAWebOne.table.c: in the code "keys", in the data nothing',
      'WAWebOne.table.a: in the code nothing, in the data "keys"',
    ],
    parameters: [
      'WAWebOne.run: in the code [null,null], in the data [["chat"]]',
      'WAWebTwo.text: in the code nothing, in the data []',
    ],
  });
  expect(comparison.members).toMatchObject({ agreed: 1, differ: 0, onlyInCode: 1, onlyInData: 1 });
});
