import { describe, expect, test } from 'vitest';
import { type BuildSwitch, buildSwitchSchema } from '../../../src/contracts/build-data.ts';
import { InputError } from '../../../src/contracts/input-error.ts';
import { resolveSurface, timelineOf } from '../../../src/replica/builds/resolve-surface.ts';
import { switchesAt } from '../../../src/replica/builds/switches.ts';

const worker: BuildSwitch = {
  name: 'comms',
  key: 'gkx 1',
  from: '2.3000.200',
  to: '2.3000.300',
  values: ['false', 'true'],
  default: 'false',
  pages: { false: 5, true: 2 },
  set: { true: { socketIn: 'worker' } },
  source: ['a/b'],
  confidence: 'read',
};

describe('a switch', () => {
  test('is there on the builds of its range only', () => {
    const there = (revision: number) => Object.keys(switchesAt([worker], `2.3000.${revision}`, {}).switches);
    expect([199, 200, 300, 301].map(there)).toEqual([[], ['comms'], ['comms'], []]);
  });

  test('has its default, or the value that is chosen, and sets what belongs to that value', () => {
    const usual = switchesAt([worker], '2.3000.250', {});
    expect([usual.switches.comms?.value, usual.set]).toEqual(['false', {}]);
    const chosen = switchesAt([worker], '2.3000.250', { comms: 'true' });
    expect([chosen.switches.comms?.value, chosen.set]).toEqual(['true', { socketIn: 'worker' }]);
    expect(chosen.switches.comms?.default).toBe('false');
  });

  test.each([
    ['2.3000.250', { talk: 'true' }, 'build 2.3000.250 has no switch "talk"; it has comms'],
    ['2.3000.100', { talk: 'true' }, 'build 2.3000.100 has no switch "talk"; it has none'],
    [
      '2.3000.400',
      { comms: 'true' },
      'build 2.3000.400 has no switch "comms"; comms is there from 2.3000.200 to 2.3000.300',
    ],
    ['2.3000.250', { comms: 'maybe' }, 'switch comms cannot be "maybe" on build 2.3000.250; it is false or true'],
  ])('on %s is refused as %o with what is possible', (build, chosen, message) => {
    expect(() => switchesAt([worker], build, chosen)).toThrow(InputError);
    expect(() => switchesAt([worker], build, chosen)).toThrow(message);
  });
});

test('a page that does not prefetch names fewer components', () => {
  const named = (prefetch: string) =>
    resolveSurface('2.3000.1047750000', { prefetch }).modules.WAWebChatForwardMessage?.components;
  expect(named('false')).toEqual(['WAWebForwardMessageFlow.react']);
  expect(named('true')).toEqual(['WAWebForwardMessageModal.react', 'WAWebForwardMessageFlow.react']);
});

describe('the data of a switch is refused', () => {
  const refusal = (change: Partial<BuildSwitch>) =>
    buildSwitchSchema.safeParse({ ...worker, ...change }).error?.issues.map(({ message }) => message);

  test.each(['gkx 1', 'qex 1', 'cr 1'])('when pages show %s and are not counted', (key) => {
    expect(refusal({ key, pages: undefined })?.[0]).toMatch(/pages say the value/);
  });

  test('when it does not say from where a default is that no page shows', () => {
    expect(refusal({ key: 'ab name', pages: undefined })?.[0]).toMatch(/says from where the default is/);
    expect(refusal({ key: 'ab name', pages: undefined, note: 'the value before the server answers' })).toBeUndefined();
  });

  test('when its default is none of its values', () => {
    expect(refusal({ default: 'maybe' })).toContain('maybe is not one of false, true');
  });

  test('when its default is not the value that the most pages have', () => {
    expect(refusal({ pages: { false: 2, true: 5 } })).toEqual([
      'the default is the value that the most pages have, not false',
    ]);
    expect(refusal({ pages: { false: 5, true: 2 } })).toBeUndefined();
  });
});

describe('the switches of the project', () => {
  const switches = timelineOf('comet').data.facts.switches ?? [];

  test('each cites public sources and says in a note what it rests on', () => {
    expect(switches.filter(({ note }) => !note).map(({ name }) => name)).toEqual([]);
    const citation = /^[\w.-]+\/[\w.-]+(#\d+|@[\w.-]+)?$/;
    expect(switches.flatMap(({ source }) => source).filter((text) => !citation.test(text))).toEqual([]);
  });

  test('each value changes the surface as it says, and the default is that of the changes', () => {
    for (const { name, from, set = {} } of switches) {
      for (const [value, behaviours] of Object.entries(set)) {
        expect(resolveSurface(from, { [name]: value }).behaviours, `${name}=${value}`).toMatchObject(behaviours);
      }
    }
  });

  test('while message keys were rolled out, both fields can be had, and afterwards one', () => {
    const field = (build: string, value?: string) =>
      resolveSurface(build, value === undefined ? {} : { 'message-key-text': value }).behaviours.msgKeyTextField;
    expect(field('2.3000.1042401057')).toBe('$1');
    expect(field('2.3000.1042401057', '_serialized')).toBe('_serialized');
    expect(() => field('2.3000.1044822804', '_serialized')).toThrow(InputError);
  });

  test('comms in a worker is off by default in each of its two forms', () => {
    const at = (build: string) => resolveSurface(build).switches['comms-in-worker'];
    expect(at('2.3000.1045624538')).toMatchObject({ value: 'false', key: 'gkx 18966' });
    expect(at('2.3000.1048032155')).toMatchObject({ value: 'null', key: 'qex 5241' });
    expect(at('2.3000.1038162681')).toBeUndefined();
  });
});
