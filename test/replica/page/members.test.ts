import { expect, test } from 'vitest';
import type { MemberTable } from '../../../src/contracts/shape.ts';
import { buildExports } from '../../../src/replica/page/loader/build-exports.ts';
import { addMembers, watchUnknownMembers } from '../../../src/replica/page/loader/members.ts';
import { BaseModel, defineAttributes } from '../../../src/replica/page/model/base-model.ts';
import { EventEmitter } from '../../../src/replica/page/model/event-emitter.ts';

const table: MemberTable = {
  'M.Thing': { props: ['id', 'size'], methods: ['open', 'grow'], statics: ['from'], extends: 'B.Base', whole: true },
  'B.Base': { methods: ['destroy'], whole: true },
  'M.Part': { methods: ['open'] },
  'M.one': { methods: ['start'], keys: ['level'], whole: true },
};
const reports: unknown[] = [];
const report = (event: string, { stack: _, ...detail }: Record<string, unknown>) => void reports.push([event, detail]);
watchUnknownMembers(EventEmitter, report);

class Thing extends BaseModel {
  open(): string {
    return 'opened';
  }
}
defineAttributes(Thing, { props: ['id'], session: [] });
class Part extends BaseModel {}
// biome-ignore lint/suspicious/noExplicitAny: members that only the table knows
const thing = (values = {}) => new Thing(values) as any;

addMembers(Thing, 'M.Thing', table, report);
addMembers(Part, 'M.Part', table, report);

test('what the replica implements stays', () => {
  expect([thing().open(), thing({ id: 'a' }).id]).toEqual(['opened', 'a']);
  expect(reports).toEqual([]);
});

test('a method without code is a stub with its name, also an inherited one and a static one', () => {
  expect(() => thing().grow()).toThrow('replica: M.Thing.grow is only a name here');
  expect(() => thing().destroy()).toThrow('M.Thing.destroy is only a name');
  expect(() => (Thing as unknown as { from(): void }).from()).toThrow('M.Thing.from is only a name');
  expect(reports.splice(0)).toEqual([
    ['stub-called', { module: 'M', export: 'Thing.grow' }],
    ['stub-called', { module: 'M', export: 'Thing.destroy' }],
    ['stub-called', { module: 'M', export: 'Thing.from' }],
  ]);
});

test('an attribute without a value is undefined and reported once, one with a value is none of that', () => {
  expect([thing().size, thing().size, thing({ size: 3 }).size]).toEqual([undefined, undefined, 3]);
  expect(reports.splice(0)).toEqual([['stub-read', { module: 'M', export: 'Thing', member: 'size' }]]);
});

test('enumerating, spreading and serializing show and report nothing', () => {
  const one = thing({ id: 'a' });
  expect([Object.keys(one), { ...one }, one.serialize(), JSON.stringify(one)]).toEqual([
    [],
    {},
    { id: 'a' },
    '{"id":"a"}',
  ]);
  for (const _ in one);
  expect(reports).toEqual([]);
});

test('what a wholly read object does not list does not exist; of another one it is not known', () => {
  // biome-ignore lint/suspicious/noExplicitAny: members that nothing knows
  const part = new Part() as any;
  expect([thing().nothing, 'nothing' in thing(), part.other, part.other]).toEqual([
    undefined,
    false,
    undefined,
    undefined,
  ]);
  expect(reports.splice(0)).toEqual([['stub-read', { module: 'M', export: 'Part', member: 'other' }]]);
});

test('an object without an implementation has the methods of the table as stubs', () => {
  const module = { tier: 1, hasDefault: false, exports: { one: 'object' } } as const;
  const { one } = buildExports('M', module, {}, report, () => table) as { one: Record<string, () => void> };
  expect(() => one.start?.()).toThrow('M.one.start is only a name');
  expect([one.level, one.absent]).toEqual([undefined, undefined]);
  expect(reports.splice(0)).toEqual([
    ['stub-called', { module: 'M', export: 'one.start' }],
    ['stub-read', { module: 'M', export: 'one', member: 'level' }],
  ]);
});

test('getters of what the replica implements are gone where the wholly read object does not list them, and stay elsewhere', () => {
  class Note extends BaseModel {
    get isOld(): boolean {
      return true;
    }
    ofChat(): string {
      return 'mine';
    }
  }
  class Draft extends Note {
    get isEmpty(): boolean {
      return true;
    }
  }
  defineAttributes(Note, { props: ['id', 'text'], session: [] });
  const known: MemberTable = { 'M.Note': { props: ['id'], whole: true }, 'M.Draft': { props: ['id'] } };
  addMembers(Note, 'M.Note', known, report);
  addMembers(Draft, 'M.Draft', known, report);
  expect(['id', 'text', 'isOld', 'ofChat'].map((name) => name in new Note())).toEqual([true, false, false, true]);
  expect('isEmpty' in new Draft()).toBe(true);
});

test('whether a member is in what is only a name is what the table says', () => {
  const module = { tier: 1, hasDefault: false, exports: { one: 'object', Thing: 'class' } } as const;
  const exports = buildExports('M', module, {}, report, () => table) as { one: object; Thing: { prototype: object } };
  expect(['start', 'level', 'absent'].map((name) => name in exports.one)).toEqual([true, true, false]);
  expect(['open', 'size', 'destroy', 'from'].map((name) => name in exports.Thing.prototype)).toEqual([
    ...[true, true, true, false],
  ]);
});
