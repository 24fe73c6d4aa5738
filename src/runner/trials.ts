import type { EventResultWord, EventTrial, MethodCalls, MethodResultWord } from '../contracts/attempt.ts';
import { libraryIndex } from '../surface/library-index.ts';
import { messageOf, outcomeOf } from './classify.ts';
import { Finding } from './finding.ts';
import type { FlowEventTrials, FlowTrials } from './flow.ts';
import type { CallCounter, FollowedCall } from './method-calls.ts';

/** Events by which the replica says that it is not the page that it stands in for. */
const notModelled: ReadonlySet<string> = new Set(['stub-called', 'bad-frame', 'frame-failed']);

/** What the replica turns out not to model while a flow tries something. */
export class ReplicaGaps {
  /** Since the trial under way began. */
  #seen: string[] = [];
  /** Members that were read and that the replica has only by name; it reports each once. */
  readonly #members = new Set<string>();

  /** Takes in an event of the replica. */
  see(type: string, detail: unknown): void {
    const { module, export: name, member, called, message } = detail as Record<string, string | undefined>;
    if (type === 'stub-read' && member) this.#members.add(member);
    if (!notModelled.has(type)) return;
    this.#seen.push(
      module
        ? `the replica has ${module}.${name}${called ? ` ${called}` : ''} only by name`
        : `the replica failed (${type}): ${oneLine(message ?? '')}`,
    );
  }

  startOver(): void {
    this.#seen = [];
  }

  /** Why an error says nothing about the library; undefined when it does. @param error the message; null for a success. */
  excuseOf(error: string | null): string | undefined {
    const [seen] = this.#seen;
    if (seen !== undefined || error === null) return seen;
    // The call can be refused before the event of the stub is here.
    if (/\breplica: \S+ is only a name here/.test(error)) return error;
    const member = [...this.#members].find((each) => namesMember(error, each));
    return member && `the replica has no ${member}: ${error}`;
  }
}

interface Trial<Word extends string> {
  result: Word | 'not-modelled' | 'not-tried';
  why?: string;
}

/** The result of each thing that a flow tries. */
class Trials<Word extends string> {
  readonly #gaps: ReplicaGaps;
  readonly results = new Map<string, Trial<Word>>();

  constructor(gaps: ReplicaGaps) {
    this.#gaps = gaps;
  }

  /**
   * @param success the result of work that ends well.
   * @param resultOf the result of work that threw, and was not excused by what the replica does not model.
   * @returns whether it succeeded.
   * @throws Finding that ends the attempt and says nothing of what was tried.
   */
  async run(
    name: string,
    work: () => Promise<void>,
    success: Word,
    resultOf: (thrown: unknown, why: string) => Trial<Word>,
  ): Promise<boolean> {
    this.#gaps.startOver();
    const thrown = await work().then(
      () => null,
      (error: unknown) => error ?? new Error('it threw nothing at all'),
    );
    if (endsAttempt(thrown)) throw thrown;
    const error = thrown === null ? null : oneLine(messageOf(thrown));
    const excuse = this.#gaps.excuseOf(error);
    if (excuse !== undefined) this.results.set(name, { result: 'not-modelled', why: excuse });
    else this.results.set(name, error === null ? { result: success } : resultOf(thrown, error));
    return excuse === undefined && error === null;
  }

  leaveOut(names: readonly string[]): void {
    for (const name of names) this.results.set(name, { result: 'not-tried' });
  }

  /** @throws Finding when any has this result and a reason. @param what says it of a list of names, e.g. `methods failed`. */
  endOn(word: Trial<Word>['result'], code: 'no-effect' | 'call-failed' | 'no-event', what: string): void {
    // What was left out has no reason, and is no finding.
    const isIt = ({ result, why }: Trial<Word>) => result === word && why !== undefined;
    const names = [...this.results].flatMap(([name, trial]) => (isIt(trial) ? [name] : []));
    if (names.length === 0) return;
    throw new Finding(code, `${names.length} of ${this.results.size} ${what}: ${names.join(', ')}`, 'call');
  }

  /** @throws Finding when nothing was tried: that nothing failed would be a false success. */
  checkTried(what: string): void {
    if ([...this.results.values()].some(({ result }) => result !== 'not-tried')) return;
    const why = `the version lists no ${what} that this flow can try; a library without type definitions (index.d.ts) lists none`;
    throw new Finding('flow-error', why, 'call');
  }
}

/** The result of each method that a flow tries. */
export class MethodTrials implements FlowTrials {
  readonly #packageDir: string;
  readonly #calls: Pick<CallCounter, 'follow'>;
  readonly #trials: Trials<Extract<MethodResultWord, 'works' | 'failed' | 'no-effect'>>;

  /** @param calls the calls of the attempt: they tell the method from what prepares it. */
  constructor(packageDir: string, gaps: ReplicaGaps, calls: Pick<CallCounter, 'follow'>) {
    this.#packageDir = packageDir;
    this.#calls = calls;
    this.#trials = new Trials(gaps);
  }

  async listed(): Promise<string[]> {
    return libraryIndex(this.#packageDir).publicMethods.map(({ name }) => name);
  }

  run(method: string, work: () => Promise<void>): Promise<boolean> {
    const calls = this.#calls.follow();
    return this.#trials.run(method, work, 'works', (thrown, why) => {
      const unprepared = whyNotTried(method, calls);
      if (unprepared !== null) return { result: 'not-tried', why: `${unprepared}: ${why}` };
      const isWithout = thrown instanceof Finding && thrown.code === 'no-effect';
      return { result: isWithout ? 'no-effect' : 'failed', why };
    });
  }

  leaveOut(methods: readonly string[]): void {
    this.#trials.leaveOut(methods);
  }

  end(): void {
    this.#trials.endOn('no-effect', 'no-effect', 'methods had no effect');
    this.#trials.endOn('failed', 'call-failed', 'methods failed');
    this.#trials.endOn('not-tried', 'call-failed', 'methods could not be tried');
    this.#trials.checkTried('method');
  }

  /** The counted calls with the results of the tried methods, and the methods that were tried and never called. */
  with(calls: readonly MethodCalls[]): MethodCalls[] {
    const { results } = this.#trials;
    const uncalled = [...results.keys()].filter((name) => !calls.some((each) => each.name === name));
    return [...calls, ...uncalled.map((name) => ({ name, calls: 0, failed: 0 }))].map((each) => ({
      ...each,
      ...results.get(each.name),
    }));
  }
}

/** Harness, machine or limits ended the attempt, or the site answered with something else than its page. */
function endsAttempt(thrown: unknown): boolean {
  return thrown instanceof Finding && (outcomeOf(thrown.code) === 'infra' || thrown.code === 'page-load-failed');
}

/** Why a trial that threw says nothing about its method: another one failed, or it came to an end before it called the method; else null. */
function whyNotTried(method: string, calls: readonly FollowedCall[]): string | null {
  const isCalled = calls.some(({ name }) => name === method);
  const last = calls.at(-1);
  if (last && !last.isAnswered && last.name !== method)
    return `${last.name} failed ${isCalled ? 'after' : 'before'} it`;
  return isCalled ? null : 'it was not called';
}

/** The result of each event that a flow tries to cause. */
export class EventTrials implements FlowEventTrials {
  readonly #packageDir: string;
  readonly #trials: Trials<Extract<EventResultWord, 'came' | 'missing' | 'impossible'>>;
  readonly #seen = new Set<string>();
  readonly #ruledOut = new Set<string>();

  constructor(packageDir: string, gaps: ReplicaGaps) {
    this.#packageDir = packageDir;
    this.#trials = new Trials(gaps);
  }

  /** Takes in the recorded type of an event of the host. */
  see(type: string): void {
    if (type.startsWith('client:')) this.#seen.add(type.slice('client:'.length));
  }

  async listed(): Promise<string[]> {
    return libraryIndex(this.#packageDir).publicEvents;
  }

  run(event: string, work: () => Promise<void>): Promise<boolean> {
    return this.#trials.run(event, work, 'came', (_, why) => ({ result: 'missing', why }));
  }

  ruleOut(event: string, as: 'impossible' | 'not-modelled', why: string): void {
    this.#ruledOut.add(event);
    this.#trials.results.set(event, { result: as, why });
  }

  leaveOut(events: readonly string[]): void {
    this.#trials.leaveOut(events);
  }

  end(): void {
    this.#trials.endOn('missing', 'no-event', 'events did not come');
    this.#trials.checkTried('event');
  }

  get results(): EventTrial[] {
    return [...this.#trials.results].map(([name, trial]) =>
      this.#ruledOut.has(name) && this.#seen.has(name) ? { name, result: 'came' } : { name, ...trial },
    );
  }
}

/** Whether a text has the name as a whole word: short names stand in every text. */
function namesMember(text: string, member: string): boolean {
  return text.split(/[^\w$]+/).includes(member);
}

/** A frame of a stack: `at f (address)`, or `f (address)` as the page has it. */
const frame = /^\s*(?:at |\S* ?\(?(?:https?|pptr|file|node):)/;

/** The message without the frames that the page's errors have behind it, in at most 300 characters. */
function oneLine(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line, i) => i > 0 && frame.test(line));
  const message = end < 0 ? lines : lines.slice(0, end);
  return message.join(' ').replaceAll(/\s+/g, ' ').slice(0, 300);
}
