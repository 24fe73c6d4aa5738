import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { BrokenNames } from '../contracts/surface-check.ts';
import {
  type AgedBuild,
  type FlowVerdict,
  type HardFinding,
  isSetAside,
  type Notice,
  type Place,
} from '../contracts/verdict.ts';
import { switchSentence } from '../words/switch-words.ts';
import { andList, plural } from '../words/text.ts';
import type { ArmEvidence, CellEvidence, Evidence, FlowEvidence } from './evidence/evidence.ts';
import { describePlace, listPlaces } from './evidence/place.ts';

/** So many failures outside the plan get a sentence each. */
const outsideNamed = 3;

/** What must not be overlooked, whatever the verdict is. */
export function noticesOn(
  { newestBuild, flows: evidence, outside }: Evidence,
  flows: readonly FlowVerdict[],
  hardFindings: readonly HardFinding[],
): Notice[] {
  const newest = newestDead(flows, newestBuild);
  const isSaid = new Set(newest.flatMap(({ places }) => places));
  return [
    ...joined(newest, flows.length),
    ...joined(deadFlows(flows), flows.length),
    ...joined(
      flows.flatMap((flow) => cellNotices(flow, isSaid)),
      flows.length,
    ),
    ...shared(hardFindings),
    ...outsidePlan(outside),
    ...behindSwitches(evidence),
    ...carriedOver(evidence),
  ];
}

/** What is noticed in one flow. */
type FlowNotice = Notice & { flow: string };

/** What is noticed alike in several flows is one notice: it names the flows, unless it is all of them. */
function joined(notices: readonly FlowNotice[], flows: number): Notice[] {
  return [...Map.groupBy(notices, ({ kind, sentence }) => `${kind} ${sentence}`).values()].map((alike) => {
    const { kind, isWarning, sentence } = alike[0] as FlowNotice;
    const named = `${alike.map(({ flow }) => flow).join(', ')}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    return {
      kind,
      isWarning,
      sentence: alike.length === flows ? sentence : named,
      places: alike.flatMap(({ places }) => places),
    };
  });
}

/** `2.3000.1044822804 of 2026-08-20, 100 days old`. */
export function describeBuild({ build, date, ageDays }: AgedBuild): string {
  return date === null ? build : `${build} of ${date}, ${plural(ageDays ?? 0, 'day')} old`;
}

/** The build with the greatest number; what is no build number, as in a rollout, has no newest. */
export function newestOf(builds: readonly string[]): string | undefined {
  const numbers = builds.filter((build) => /^2\.\d+\.\d+$/.test(build));
  return numbers.toSorted((a, b) => compareBuilds(parseBuild(a), parseBuild(b))).at(-1);
}

function newestDead(flows: readonly FlowVerdict[], dated: AgedBuild | undefined): FlowNotice[] {
  const cells = flows.flatMap((flow) => flow.cells.map((cell) => ({ flow: flow.flow, ...cell })));
  const build = newestOf(cells.map(({ place }) => place.build));
  const its = cells.filter(({ place }) => place.build === build);
  return [...Map.groupBy(its, ({ flow }) => flow)]
    .filter(([, cells]) => cells.every(({ state }) => state === 'dead'))
    .map(([flow, cells]) => ({
      flow,
      kind: 'newest-build-dead',
      isWarning: true,
      sentence: `Neither version works on the newest build ${dated?.build === build && dated ? describeBuild(dated) : build}.`,
      places: cells.map(({ place }) => place),
    }));
}

function deadFlows(flows: readonly FlowVerdict[]): FlowNotice[] {
  return flows.filter(isSetAside).map(({ flow, cells }) => ({
    flow,
    kind: 'dead-flow',
    isWarning: true,
    sentence: 'The baseline passes it nowhere, so it decides nothing.',
    places: cells.map(({ place }) => place),
  }));
}

/** @param isSaid places that another notice names already. */
function cellNotices({ flow, cells }: FlowVerdict, isSaid: ReadonlySet<Place>): FlowNotice[] {
  const notice = (kind: Notice['kind'], its: { place: Place }[], sentence: string): FlowNotice[] =>
    its.length === 0 ? [] : [{ flow, kind, isWarning: false, sentence, places: its.map(({ place }) => place) }];
  const being = (state: string) => cells.filter((cell) => cell.state === state);
  const dead = being('dead').filter(({ place }) => !isSaid.has(place));
  const gained = being('candidate-only');
  const lost = being('live').filter(
    ({ candidate }) => candidate.attempts > 0 && candidate.attempts === candidate.failures,
  );
  return [
    ...notice(
      'baseline-only',
      lost,
      `The baseline works on ${cellCount(lost)} on which the candidate did not once: ${listPlaces(lost)}.`,
    ),
    ...notice('dead-cells', dead, `Neither version works on ${listPlaces(dead)}.`),
    ...notice(
      'candidate-only',
      gained,
      `The candidate works on ${cellCount(gained)} on which the baseline does not: ${listPlaces(gained)}.`,
    ),
  ];
}

/** Cells of one browser and condition are builds to a reader. */
function cellCount(cells: readonly { place: Place }[]): string {
  const builds = new Set(cells.map(({ place }) => place.build));
  return builds.size === cells.length ? plural(builds.size, 'build') : plural(cells.length, 'cell');
}

function shared(hardFindings: readonly HardFinding[]): Notice[] {
  return hardFindings
    .filter(({ effect, baselineAttempts }) => effect === 'compared' && baselineAttempts > 0)
    .map(({ rule, code, place, attempts, baselineAttempts }) => ({
      kind: 'hard-finding-shared',
      isWarning: false,
      sentence: `Both versions break the hard rule ${rule} in ${place.flow} on ${describePlace(place)} (${code}: baseline ${baselineAttempts}, candidate ${attempts}), so the rates decide.`,
      places: [place],
    }));
}

/** What breaks the candidate for those for whom WhatsApp turns on something else than the attempts had; a warning where it does not break the baseline too. */
function behindSwitches(flows: readonly FlowEvidence[]): Notice[] {
  const found = flows.flatMap(({ cells }) =>
    cells.flatMap(({ place, baseline, candidate }) => {
      return switchesOf(candidate).map((broken) => {
        const isShared = switchesOf(baseline).some((its) => breaksAsMuch(its, broken));
        const both = isShared ? ', as with the baseline' : '';
        return { place, isWarning: !isShared, sentence: `${switchSentence(broken).slice(0, -1)}${both}.` };
      });
    }),
  );
  return [...Map.groupBy(found, ({ sentence }) => sentence).values()].map((alike) => {
    const [{ isWarning, sentence }] = alike as [(typeof found)[number]];
    const builds = [...new Map(alike.map((each) => [each.place.build, each])).values()];
    return {
      kind: 'behind-switch',
      isWarning,
      sentence: `The candidate depends on a switch on ${listPlaces(builds)}. ${sentence}`,
      places: alike.map(({ place }) => place),
    };
  });
}

/** Captured builds that were judged: what their pages do beyond what a capture shows is not known. */
function carriedOver(flows: readonly FlowEvidence[]): Notice[] {
  const cells = flows.flatMap((flow) => flow.cells);
  const found = cells.flatMap(({ place, baseline, candidate }) => {
    const of = [baseline, candidate].map(({ doubt }) => doubt?.of?.behavioursOf).find((build) => build !== undefined);
    return of === undefined ? [] : [{ place, of }];
  });
  return [...Map.groupBy(found, ({ of }) => of)].map(([of, its]) => {
    const builds = [...new Set(its.map(({ place }) => place.build))];
    return {
      kind: 'behaviours-carried-over',
      isWarning: true,
      sentence: `${andList(builds)} ${builds.length === 1 ? 'is a captured build' : 'are captured builds'}: names are those of the capture, behaviours those of ${of}, the nearest build whose behaviours are known.`,
      places: its.map(({ place }) => place),
    };
  });
}

/** True for the same value of the same switch that breaks all that the other break does. */
function breaksAsMuch(baseline: BrokenNames, { name, value, stops, methods }: BrokenNames): boolean {
  if (baseline.name !== name || baseline.value !== value) return false;
  if (baseline.stops !== null || stops !== null) return baseline.stops !== null;
  return methods.every((method) => baseline.methods.some((its) => its.name === method.name));
}

function switchesOf({ doubt }: ArmEvidence): readonly BrokenNames[] {
  return doubt?.of?.switches ?? [];
}

function outsidePlan(cells: readonly CellEvidence[]): Notice[] {
  // What the candidate alone fails comes first.
  const worst = cells.toSorted((a, b) => lossIn(b) - lossIn(a));
  const named = worst.slice(0, outsideNamed).map(({ place, baseline, candidate }): Notice => {
    const codes = [...candidate.failureKinds.values()].map(({ code, phase }) => code ?? `in phase ${phase}`).sort();
    const other = baseline.attempts === 0 ? 'was not tried' : `failed ${baseline.failures} of ${baseline.attempts}`;
    return {
      kind: 'outside-plan',
      isWarning: false,
      sentence: `Outside the plan, and in no rate: the candidate failed ${candidate.failures} of ${plural(candidate.attempts, 'attempt')} of ${place.flow} on ${describePlace(place)} (${codes.join(', ')}), the baseline ${other}.`,
      places: [place],
    };
  });
  const others = worst.slice(outsideNamed);
  if (others.length === 0) return named;
  const sentence = `Outside the plan the candidate failed in ${plural(others.length, 'more cell')} too.`;
  return [...named, { kind: 'outside-plan', isWarning: false, sentence, places: others.map(({ place }) => place) }];
}

function lossIn({ baseline, candidate }: CellEvidence): number {
  return (
    candidate.failures / candidate.attempts - (baseline.attempts === 0 ? 0 : baseline.failures / baseline.attempts)
  );
}
