import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Capture } from '../../../src/contracts/capture.ts';
import { type Behaviours, behavioursSchema, type Surface } from '../../../src/contracts/surface.ts';
import { addCapture, removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { buildOrigin } from '../../../src/replica/builds/build-origin.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { contentSecurityPolicy } from '../../../src/replica/server/page-html.ts';
import { linkedPage, observe } from '../page/observed-page.ts';
import { smallPage } from './changed-page.ts';
import { captureOf } from './round-trip.ts';

vi.setConfig({ testTimeout: 60_000 }); // pages are written and parsed

afterEach(() => {
  removeCaptures();
  vi.unstubAllGlobals();
});

const ways = ['network', 'page', 'account'] as const;
type Way = (typeof ways)[number];
type Behaviour = keyof Behaviours;

const aCall = 'no call of the page is made, and its text does not show what a call takes or does';

/** The ways of capturing that show a behaviour, or why none does. */
const shownIn: Record<Behaviour, readonly Way[] | string> = {
  cmdEvents: ways,
  sendSeenArgument: ways,
  usedFactories: ways,
  inlineScripts: ways,
  socketIn: ways,
  prefetchesBundles: ways,
  msgKeyTextField: ['account'],
  mediaPrivateId: ['account'],
  searchIcon: ['account'],
  whatsNewDialog: ['account'],
  downloadMimetype: ['account'],
  uploadIn: ['account'],
  logoutNavigation: 'no session is ended',
  refusesHeadlessUserAgent: 'the page is asked for once, as a browser with a window asks',
  newGroupMembers: aCall,
  savedContactName: aCall,
  editResult: aCall,
  mediaFlow: aCall,
  callRejection: aCall,
};
const isShown = (name: Behaviour, way: Way) => typeof shownIn[name] !== 'string' && shownIn[name].includes(way);
const names = Object.keys(behavioursSchema.shape) as Behaviour[];

const known = '2.3000.1044822804';
const tonight = '2.3000.1059999999';
const modules = new Set([
  ...Object.keys(smallPage().surface.modules),
  ...['WAWebUpdateUnreadChatAction', 'WAWebMsgCollection', 'WAWebABProps'],
]);

/** The values of the switches of a build; `unknown-value` is none that the data know. */
const switchValues = (build: string) =>
  Object.entries(resolveSurface(build).switches).map(
    ([name, { key, values }]) => [name, key?.startsWith('qex') ? [...values, 'unknown-value'] : values] as const,
  );

/** The values of the behaviours that no switch sets. */
const behaviourValues = {
  msgKeyTextField: ['_serialized', '$1'],
  cmdEvents: ['plain', 'from_bridge'],
  logoutNavigation: ['reload', 'post_logout'],
  searchIcon: ['search', 'search-refreshed', 'search-thin'],
  sendSeenArgument: ['chat', 'object'],
  refusesHeadlessUserAgent: [false, true],
  newGroupMembers: ['wids', 'records'],
  savedContactName: ['third', 'fifth'],
  editResult: ['message', 'nothing'],
  mediaPrivateId: ['hidden', 'enumerable'],
  mediaFlow: ['none', 'download', 'both'],
  inlineScripts: ['all', 'nonce'],
  usedFactories: ['kept', 'cleared'],
  callRejection: ['heard', 'unheard'],
} satisfies { [Name in Behaviour]?: Behaviours[Name][] };

/** What a page has. */
interface Values {
  build: string;
  chosen: Readonly<Record<string, string>>;
  own: Partial<Behaviours>;
}

const anyOf = (values: Iterable<readonly [string, readonly unknown[]]>) =>
  fc.record(Object.fromEntries(Array.from(values, ([name, all]) => [name, fc.constantFrom(...all)])));
const values: fc.Arbitrary<Values> = fc.constantFrom(known, tonight).chain((build) =>
  fc.record({
    build: fc.constant(build),
    chosen: anyOf(switchValues(build)) as fc.Arbitrary<Values['chosen']>,
    own: anyOf(Object.entries(behaviourValues)) as fc.Arbitrary<Values['own']>,
  }),
);

/** Two pages that have no value in common: in any number of runs each behaviour has more than one. */
const opposites = [0, 1].map((at): [Values] => {
  const pick = (all: Iterable<readonly [string, readonly unknown[]]>) =>
    Object.fromEntries(Array.from(all, ([name, each]) => [name, each[at]]));
  const chosen = pick(switchValues(tonight)) as Values['chosen'];
  return [{ build: tonight, chosen, own: pick(Object.entries(behaviourValues)) }];
});

/** A part of the build whose page has these values. */
function served({ build, chosen, own }: Values): Surface {
  const possible = Object.entries(chosen).filter(([, value]) => value !== 'unknown-value');
  const whole = resolveSurface(build, Object.fromEntries(possible));
  const partOf = <Value>(record: Record<string, Value>, moduleOf: (key: string) => string = (key) => key) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => modules.has(moduleOf(key))));
  return {
    ...whole,
    modules: partOf(whole.modules),
    collections: partOf(whole.collections, (key) => (whole.collections[key] as string).split('.')[0] as string),
    behaviours: { ...whole.behaviours, ...own },
    switches: Object.fromEntries(
      Object.entries(whole.switches).map(([name, each]) => [name, { ...each, value: chosen[name] ?? each.value }]),
    ),
  };
}

function captured(surface: Surface, way: Way): Capture {
  const sendSeen = surface.behaviours.sendSeenArgument === 'object' ? [['chat', 'threadId']] : [null, null];
  const parameters = { 'WAWebUpdateUnreadChatAction.sendSeen': sendSeen };
  const shapes = { ...resolveShapes(surface.build), members: {}, parameters };
  const isLinked = way === 'account';
  return captureOf(surface, shapes, {
    method: way,
    contentSecurityPolicy: contentSecurityPolicy(surface.behaviours, 'abc'),
    ...(way !== 'network' && { observed: observe(surface, isLinked, isLinked ? linkedPage(surface) : {}) }),
  });
}

const runs: Record<Way, number> = { network: 20, page: 5, account: 8 };

test.each(ways)(
  'any change of a behaviour or a switch shows in a capture of the kind %s where it can, and of no other one it has a value',
  (way) => {
    const data = new Map([known, tonight].map((build) => [build, resolveSurface(build)]));
    const seen = new Map(names.map((name) => [name, new Set<unknown>()]));
    fc.assert(
      fc.property(values, ({ build, chosen, own }) => {
        const before = data.get(build) as Surface;
        const surface = served({ build, chosen, own });
        const capture = captured(surface, way);
        addCapture(capture, 'tonight.json');
        const after = resolveSurface(build);
        const { behaviours: origins } = buildOrigin(after);
        removeCaptures();
        const fromPage = new Set(origins.flatMap((each) => (each.from === 'stand-in' ? each.names : [])));
        const open = new Set(after.uncertain.flatMap((each) => each.names));
        for (const name of names) {
          const isKnown = name !== 'socketIn' || chosen['comms-in-worker'] !== 'unknown-value';
          const shows = isShown(name, way) && isKnown;
          seen.get(name)?.add(surface.behaviours[name]);
          expect([name, after.behaviours[name]]).toEqual([name, (shows ? surface : before).behaviours[name]]);
          if (build === tonight) expect([name, open.has(name)]).toEqual([name, !shows]);
          expect([name, fromPage.has(name)]).toEqual([name, shows]);
          if (!shows) expect(capture.behaviours).not.toHaveProperty(name);
          if (way !== 'network') expect([name, capture.ran?.read[name] !== 'absent']).toEqual([name, shows]);
        }
        for (const [name, { key, default: usual, values: possible }] of Object.entries(before.switches)) {
          const shows = key !== null && (way === 'account' || !key.startsWith('ab '));
          const value = chosen[name] as string;
          expect([name, capture.values[key ?? '']]).toEqual([name, shows ? value : undefined]);
          const expected = shows && possible.includes(value) ? value : usual;
          expect([name, after.switches[name]?.value]).toEqual([name, expected]);
        }
      }),
      { numRuns: runs[way], examples: opposites },
    );
    for (const [name, values] of seen) expect([name, values.size > 1]).toEqual([name, true]);
  },
);
