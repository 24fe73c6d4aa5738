import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { nestingOf } from '../../src/surface/extract/nesting.ts';
import { SourceFile } from '../../src/surface/extract/source-file.ts';
import { define, pageOf } from './capture/tiny-page.ts';

const levels = 60_000;
const nested = (open: string, middle = '1', close = '') => `${open.repeat(levels)}${middle}${close.repeat(levels)}`;

/** Statements that would end the process in the parser. */
const deep: Record<string, string> = {
  parentheses: nested('(', '1', ')'),
  arrays: nested('[', '', ']'),
  objects: `x=${nested('{a:', '1', '}')}`,
  calls: nested('f(', '', ')'),
  blocks: nested('{', '', '}'),
  functions: nested('(function(){return ', '1', '})'),
  'arrow functions': nested('a=>'),
  'arrow functions in parentheses': nested('((a=1)=>', '1', ')'),
  'conditions behind each other': nested('a?b:'),
  'conditions in each other': nested('a?', 'b', ':c'),
  assignments: nested('a='),
  'statements behind if': nested('if(a)', 'b()'),
  'branches behind else': nested('if(a)b(),c();else ', 'd()'),
  'branches with blocks': nested('if(a){b();c()}else ', 'd()'),
  'loops in each other': nested('for(;;)', ';'),
  labels: Array.from({ length: levels }, (_, i) => `l${i}:`)
    .join('')
    .concat('a'),
  'new in front of new': nested('new ', 'a'),
  templates: nested('`${', '', '}`'),
  spreads: nested('[...', 'a', ']'),
  classes: nested('class a extends ', 'b', '{}'),
  'yield in front of yield': `function*g(){${nested('yield ', 'a')}}`,
  negations: nested('!'),
  signs: nested('- '),
  'typeof in front of typeof': nested('typeof ', 'a'),
  powers: nested('a**'),
  'brackets behind texts and expressions that have brackets': `x=")]}'\\"";y=/[)"\`]/.test(x);z=\`)"\`;${nested('(', '1', ')')}`,
};

test.each(Object.keys(deep))('a page with %s nested without end is captured, with one finding', (kind) => {
  const scripts = { 'all.js': `${define('Deep', `l.deep=1;${deep[kind]}`)}${define('Base', 'l.base=1')}` };
  const { findings, names } = captureSurface(pageOf(scripts), []);
  expect(findings).toMatchObject([{ kind: 'script-unreadable', modules: ['Deep'] }]);
  expect(names.modules.Base?.evidence).toBe('code');
});

test.each(Object.keys(deep))('a library with %s nested without end is bad input', (kind) => {
  const read = () => new SourceFile('index.js', `${deep[kind]}`);
  expect(read).toThrow(InputError);
  expect(read).toThrow('index.js cannot be parsed: it is nested too deeply');
});

test('a prefetcher that is nested without end requests nothing, and is one finding', () => {
  const scripts = { 'all.js': define('WAWebPrefetchLoadables', `l.deep=${deep.parentheses}`) };
  expect(captureSurface(pageOf(scripts), []).findings).toMatchObject([{ modules: ['WAWebPrefetchLoadables'] }]);
});

const many = 20_000;

test.each([
  ['statements', 'a.b=c?d:e;f(g,h);'],
  ['functions', 'function a(b){return b}'],
  ['functions without semicolons', 'const a = (b) => b\nconst c = a\n'],
  ['if behind if', 'if(a){b()}if(c)d();else e();'],
  ['cases', `case"a":case 1:`],
  ['members', 'a(b,c){return b}async d(){}'],
  ['items', '{a:1,b:c?d:e,f:()=>g},'],
  ['sums', 'a+"b"+c[1]*d()-'],
  ['links of a chain', '.a(b=>c).d()'],
  ['texts with brackets', '"([{",\'([{`\',"\\"(",'],
  ['expressions with brackets', 'a=/[([{"\'`]\\/\\(/g;'],
  ['templates with brackets', '`([{"$' + "{a}'=?:`;"],
  ['comments with brackets', '/* ([{"`= */a;// it\'s ([{`\n'],
])('code with many %s has few levels', (_, part) => {
  expect(nestingOf(part.repeat(many))).toBeLessThan(30);
});

test('published code has less than a fifth of the levels that are parsed', () => {
  const bundle = new URL('lib/coreBundle.js', import.meta.resolve('playwright-core'));
  expect(nestingOf(readFileSync(bundle, 'utf8'))).toBeLessThan(200);
});
