import type { MethodCalls, MethodResultWord } from '../contracts/attempt.ts';
import { libraryIndex } from '../surface/library-index.ts';
import { messageOf } from './classify.ts';
import { Finding } from './finding.ts';
import type { FlowTrials } from './flow.ts';
import type { CallCounter, FollowedCall } from './method-calls.ts';

/** Events by which the replica says that it is not the page that it stands in for. */
const notModelled: ReadonlySet<string> = new Set(['stub-called', 'bad-frame', 'frame-failed']);

type Trial = Required<Pick<MethodCalls, 'result'>> & Pick<MethodCalls, 'why'>;

/** What came of the methods that a flow tried. */
export class Trials implements FlowTrials {
  readonly #packageDir: string;
  readonly #calls: Pick<CallCounter, 'follow'>;
  readonly #results = new Map<string, Trial>();
  /** What the replica said since the trial under way began. */
  #missing: string[] = [];
  /** Members that were read and that the replica has only by name; it reports each once. */
  readonly #members = new Set<string>();

  /** @param calls the calls of the attempt: they tell the method from what prepares it. */
  constructor(packageDir: string, calls: Pick<CallCounter, 'follow'>) {
    this.#packageDir = packageDir;
    this.#calls = calls;
  }

  async listed(): Promise<string[]> {
    return libraryIndex(this.#packageDir).publicMethods.map(({ name }) => name);
  }

  /** Takes in an event of the replica. */
  see(type: string, detail: unknown): void {
    const { module, export: name, member, called, message } = detail as Record<string, string | undefined>;
    if (type === 'stub-read' && member) this.#members.add(member);
    if (!notModelled.has(type)) return;
    this.#missing.push(
      module
        ? `the replica has ${module}.${name}${called ? ` ${called}` : ''} only by name`
        : `the replica failed (${type}): ${oneLine(message ?? '')}`,
    );
  }

  async run(method: string, work: () => Promise<void>): Promise<boolean> {
    this.#missing = [];
    const calls = this.#calls.follow();
    const thrown = await work().then(
      () => null,
      (error: unknown) => error ?? new Error('it threw nothing at all'),
    );
    const trial = this.#resultOf(method, thrown, calls);
    this.#results.set(method, trial);
    return trial.result === 'works';
  }

  leaveOut(methods: readonly string[]): void {
    for (const name of methods) this.#results.set(name, { result: 'not-tried' });
  }

  end(): void {
    for (const [result, code, what] of [
      ['no-effect', 'no-effect', 'had no effect'],
      ['failed', 'call-failed', 'failed'],
      ['not-tried', 'call-failed', 'could not be tried'],
    ] as const) {
      // A method that was left out has no reason, and is no finding.
      const isIt = (trial: Trial) => trial.result === result && trial.why !== undefined;
      const names = [...this.#results].flatMap(([name, trial]) => (isIt(trial) ? [name] : []));
      const count = `${names.length} of ${this.#results.size} methods`;
      if (names.length > 0) throw new Finding(code, `${count} ${what}: ${names.join(', ')}`, 'call');
    }
  }

  /** The counted calls with what came of the tried methods, and the methods that were tried and never called. */
  with(calls: readonly MethodCalls[]): MethodCalls[] {
    const uncalled = [...this.#results.keys()].filter((name) => !calls.some((each) => each.name === name));
    return [...calls, ...uncalled.map((name) => ({ name, calls: 0, failed: 0 }))].map((each) => ({
      ...each,
      ...this.#results.get(each.name),
    }));
  }

  #resultOf(method: string, thrown: unknown, calls: readonly FollowedCall[]): Trial {
    const [missing] = this.#missing;
    if (missing !== undefined) return { result: 'not-modelled', why: missing };
    if (thrown === null) return { result: 'works' };
    const why = oneLine(messageOf(thrown));
    // The call can be refused before the event of the stub is here.
    if (/\breplica: \S+ is only a name here/.test(why)) return { result: 'not-modelled', why };
    const member = [...this.#members].find((each) => namesMember(why, each));
    if (member !== undefined) return { result: 'not-modelled', why: `the replica has no ${member}: ${why}` };
    const unprepared = whyNotTried(method, calls);
    if (unprepared !== null) return { result: 'not-tried', why: `${unprepared}: ${why}` };
    const isWithout = thrown instanceof Finding && thrown.code === 'no-effect';
    return { result: (isWithout ? 'no-effect' : 'failed') satisfies MethodResultWord, why };
  }
}

/** Why a trial that threw says nothing about its method: another one failed, or it came to an end before it called the method; else null. */
function whyNotTried(method: string, calls: readonly FollowedCall[]): string | null {
  const isCalled = calls.some(({ name }) => name === method);
  const last = calls.at(-1);
  if (last && !last.isAnswered && last.name !== method)
    return `${last.name} failed ${isCalled ? 'after' : 'before'} it`;
  return isCalled ? null : 'it was not called';
}

/** Whether a text has the name as a whole word: short names stand in every text. */
function namesMember(text: string, member: string): boolean {
  return text.split(/[^\w$]+/).includes(member);
}

/** The message without the frames that the page's errors have behind it, in at most 300 characters. */
function oneLine(text: string): string {
  return text.split('\n    at ', 1)[0]?.replaceAll(/\s+/g, ' ').slice(0, 300) ?? '';
}
