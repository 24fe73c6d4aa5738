import { describe, expect, test } from 'vitest';
import { compareBuilds, parseBuild } from '../../src/contracts/build-number.ts';
import { memberNames, memberPresence, resolveShapes } from '../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface, timelineOf } from '../../src/replica/builds/resolve-surface.ts';
import { archivedShapes, archives } from './archives.ts';

const april = '2.3000.1038162681';
const august = '2.3000.1044822804';

describe.each(archives)('the shapes of the archived build $build', (archive) => {
  const { build, modules } = archivedShapes(archive);

  test('are those of the same build, and of modules and exports that its archive has', () => {
    expect(build).toBe(archive.build);
    const strange = Object.entries(modules).flatMap(([module, { members = {}, parameters = {} }]) =>
      [...Object.keys(members), ...Object.keys(parameters).map((place) => place.split('.')[0] as string)]
        .filter((name) => archive.modules[module]?.exports[name] === undefined)
        .map((name) => `${module}.${name}`),
    );
    expect(strange).toEqual([]);
  });

  test('are what the build resolves to', () => {
    const shapes = resolveShapes(build);
    const read = Object.entries(modules).flatMap(([module, { members = {} }]) =>
      Object.entries(members).map(([name, each]) => [`${module}.${name}`, each] as const),
    );
    expect(read.length).toBeGreaterThan(10);
    expect(Object.fromEntries(read.map(([place]) => [place, shapes.members[place]]))).toEqual(Object.fromEntries(read));
  });

  test('inherit only from places that the archive has, unless they say that they are not whole', () => {
    const dangling = Object.entries(modules).flatMap(([module, { members = {} }]) =>
      Object.entries(members).flatMap(([name, each]) => {
        const base = each.extends;
        if (base === undefined || each.whole === undefined) return [];
        const at = base.lastIndexOf('.');
        return archive.modules[base.slice(0, at)]?.exports[base.slice(at + 1)] ? [] : `${module}.${name}: ${base}`;
      }),
    );
    expect(archive.complete ? dangling : []).toEqual([]);
  });
});

/** Functions that changed between the archives of 2026-04 and 2026-08, as reports by users of libraries name them. */
const changed: [place: string, before: unknown, after: unknown][] = [
  [
    'WAWebGroupModifyInfoJob.setGroupDescription',
    [null, null, null, null],
    [['desc', 'groupWid', 'newDescId', 'prevDescId']],
  ],
  [
    'WAWebBizOrderBridge.queryOrder',
    [null, null, null, null, null],
    [['bizJid', 'height', 'orderId', 'token', 'width']],
  ],
  [
    'WAWebChatSendMessages.sendGroupInviteMessage',
    [null, null, null, null, null, null, null],
    [['caption', 'chat_', 'code', 'exp', 'gid', 'name', 'thumb']],
  ],
  ['WAWebNoteAction.noteAddAction', [null, null, null], [['chatJid', 'content', 'type']]],
  [
    'WAWebSendStatusMsgAction.sendStatusMediaMsgAction',
    [null, null],
    [['beforeSend', 'funnelContext', 'mediaMsgData']],
  ],
  ['WAWebGroupCreateJob.createGroup', [null, null], [null, null, null]],
  [
    'WAWebChatMessageSearch.getSearchContext',
    [['chat', 'msgKey', 'rootMsg', 'threadId']],
    [['chat', 'msgKey', 'rootMsg', 'threadId']],
  ],
];

describe('parameters', () => {
  test.each(changed)('of %s are those of each archive', (place, before, after) => {
    expect(resolveShapes(april).parameters[place]).toEqual(before);
    expect(resolveShapes(august).parameters[place]).toEqual(after);
  });

  test('are known of nearly every function of a module that was read', () => {
    for (const archive of archives) {
      const { parameters } = resolveShapes(archive.build);
      const functions = Object.entries(archive.modules)
        .filter(([, { evidence }]) => evidence !== 'uses')
        .flatMap(([module, { exports }]) =>
          Object.entries(exports).flatMap(([name, kind]) => (kind === 'function' ? `${module}.${name}` : [])),
        );
      const known = functions.filter((place) => parameters[place]);
      expect(known.length / functions.length, archive.build).toBeGreaterThan(0.9);
    }
  });

  test('are not taken from an archive of a later build', () => {
    expect(resolveShapes('2.3000.1029241508').parameters['WAWebChatMessageSearch.getSearchContext']).toBeUndefined();
  });
});

describe('members', () => {
  test.each([
    ['WAWebMsgModel.Msg', 'mediaData'],
    ['WAWebMsgModel.Msg', 'contextInfo'],
    ['WAWebCmd.Cmd', 'archiveChat'],
    ['WAWebMuteModel.Mute', 'mute'],
    ['WAWebMsgCollection.MsgCollection', 'search'],
    ['WAWebMsgCollection.MsgCollection', 'get'],
    ['WAWebConnModel.Conn', 'canSetMyPushname'],
    ['WAWebConnModel.Conn', 'on'],
    ['WAWebGroupMetadataModel.default', 'participants'],
  ])('%s has %s in all builds from 2026-04 on', (place, member) => {
    for (const build of [april, august]) expect(memberPresence(resolveShapes(build), place, member)).toBe('present');
  });

  test('that a whole object and the classes that it inherits from do not list are absent', () => {
    expect(memberPresence(resolveShapes(august), 'WAWebConnModel.Conn', 'noSuchMember')).toBe('absent');
  });

  test('of an object that no archive read are unknown', () => {
    expect(memberPresence(resolveShapes(august), 'WAWebNothing.default', 'anything')).toBe('unknown');
  });

  test('of a module that only a later archive read are those of that archive, and never absent', () => {
    const shapes = resolveShapes('2.3000.1014111620');
    expect(shapes.readAt.WAWebMuteModel).toBe('2.3000.1037160418');
    expect(memberPresence(shapes, 'WAWebMuteModel.Mute', 'mute')).toBe('present');
    expect(memberPresence(shapes, 'WAWebMuteModel.Mute', 'noSuchMember')).toBe('unknown');
  });

  test('that a class inherits are there where its own members were not all read, and what no class shows is unknown', () => {
    const shapes = resolveShapes('2.3000.1029241508');
    const impl = 'WAWebContactCollection.ContactCollectionImpl';
    expect(shapes.members[impl]?.whole).toBeUndefined();
    expect(shapes.members['WAWebCollection.default']?.whole).toBe(true);
    expect(['get', 'getModelsArray', 'noSuchMember'].map((name) => memberPresence(shapes, impl, name))).toEqual([
      ...['present', 'present', 'unknown'],
    ]);
  });

  test('of the collections are known on the newest archived build', () => {
    const shapes = resolveShapes(august);
    const unknown = Object.values(resolveSurface(august).collections).filter(
      (place) =>
        !shapes.members[place] || (memberNames(shapes.members[place]).length === 0 && !shapes.members[place].extends),
    );
    expect(unknown).toEqual([]);
  });

  test('that every object has are present, and private ones unknown', () => {
    const shapes = resolveShapes(august);
    expect(memberPresence(shapes, 'WAWebChatModel.Chat', 'toString')).toBe('present');
    expect(memberPresence(shapes, 'WAWebMsgKey.default', '$1')).toBe('unknown');
    expect(memberPresence(shapes, 'WAWebMsgModel.Msg', '__x_type')).toBe('unknown');
  });

  test('avParams of a message, which users report as missing, went between the archives of 2026', () => {
    const at = (build: string) => memberPresence(resolveShapes(build), 'WAWebMsgModel.Msg', 'avParams');
    expect([april, '2.3000.1042880853', '2.3000.1042880854', august].map(at)).toEqual([
      ...['present', 'present', 'absent', 'absent'],
    ]);
  });
});

describe('uncertain shapes', () => {
  const namesAt = (build: string) => resolveShapes(build).uncertain.flatMap(({ names }) => names);

  test('are what the next archive shows for the first time', () => {
    expect(namesAt('2.3000.1042652105')).toContain('WAWebBizOrderBridge.queryOrder()');
    expect(namesAt(april)).not.toContain('WAWebBizOrderBridge.queryOrder()');
    expect(namesAt(august)).toEqual([]);
  });

  test('lie between the bounds of a dated change', () => {
    const member = 'WAWebMsgModel.Msg.avParams';
    const builds = [april, '2.3000.1040000000', '2.3000.1042880854'];
    expect(builds.map((build) => namesAt(build).includes(member))).toEqual([false, true, false]);
  });

  test('end with the first report of the change, where that is older than the next archive', () => {
    const name = 'WAWebGroupModifyInfoJob.setGroupDescription()';
    const builds = [april, '2.3000.1042652105', '2.3000.1044039387'];
    expect(builds.map((build) => namesAt(build).includes(name))).toEqual([false, true, false]);
  });

  test('are not those that a dated change without bounds explains', () => {
    expect(namesAt('2.3000.1043000000')).not.toContain('WAWebSendMsgCreateFanoutStanza.createFanoutMsgStanza()');
  });
});

/** The kinds of exports that can have members, and that can have parameters of their own; of an unknown kind it can be either. */
const withMembers = ['class', 'object', 'unknown'];
const withParameters = ['function', 'unknown'];

/**
 * Places whose shape is another one than the name of the same build: members of a function, parameters of what is gone. Of a module that the
 * names do not have, members are a guess out of a later archive, unless it is known to be absent.
 */
function contradictions(build: string): string[] {
  const surface = resolveSurface(build);
  const { members, parameters, readAt } = resolveShapes(build);
  const isGuess = (module: string) =>
    readAt[module] !== undefined && compareBuilds(parseBuild(readAt[module]), parseBuild(build)) > 0;
  const wholeFrom = archives.find(({ complete }) => complete)?.build as string;
  const isWhole = compareBuilds(parseBuild(build), parseBuild(wholeFrom)) >= 0;
  const wrong = (place: string, module: string, name: string, kinds: readonly string[]) => {
    const kind = surface.modules[module]?.exports[name];
    if (kind !== undefined) return kinds.includes(kind) ? [] : [`${place}: ${kind}`];
    return isGuess(module) && !isWhole ? [] : [`${place}: no such export`];
  };
  return [
    ...Object.keys(members).flatMap((place) => {
      const at = place.lastIndexOf('.');
      return wrong(place, place.slice(0, at), place.slice(at + 1), withMembers);
    }),
    ...Object.keys(parameters).flatMap((place) => {
      const parts = place.split('.');
      // Names of modules can have dots, and so can places of methods.
      const ends = parts.findLastIndex((_, i) => surface.modules[parts.slice(0, i).join('.')]);
      const [module, name = '', method] = [
        parts.slice(0, Math.max(1, ends)).join('.'),
        ...parts.slice(Math.max(1, ends)),
      ];
      return wrong(place, module, name, method === undefined ? withParameters : withMembers);
    }),
  ];
}

test('names and shapes of one build do not contradict each other, from each change on', () => {
  const builds = [...new Set(timelineOf('comet').steps.map(({ change }) => change.since))];
  expect(builds.length).toBeGreaterThan(60);
  expect(
    Object.fromEntries(builds.map((build) => [build, contradictions(build)]).filter(([, all]) => all?.length)),
  ).toEqual({});
});
