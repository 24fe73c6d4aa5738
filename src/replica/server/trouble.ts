import type { ReplicaEvent } from './replica-core.ts';

/** Events after which an observation says something about the replica and nothing about the program, in one line each. */
const sentences: Record<string, (detail: Record<string, unknown>) => string> = {
  'stub-called': ({ module, export: name, called }) =>
    `the program called ${module}.${name}${called ? ` ${called}` : ''}, which the replica has only by name`,
  'stub-read': ({ module, export: name, member }) =>
    `the program read ${member} of ${module}.${name}, which the replica has only by name`,
  'unknown-module': ({ module }) => `the program required ${module}, which this build does not have`,
  'bad-frame': ({ message }) => `the page sent what the replica's server cannot read: ${message}`,
  'page-pinned': ({ build }) =>
    `the program pins the page of build ${build}, which runs in place of the build of this replica`,
  'page-unreadable': ({ message }) => `the program pins a page that the replica cannot run: ${message}`,
  'frame-failed': ({ type, message }) => `the page could not handle the ${type} of the replica's server: ${message}`,
};

/** One kind of trouble and how often it came. */
export interface Trouble extends ReplicaEvent {
  message: string;
  count: number;
  /** When it came first; ISO 8601. */
  firstAt: string;
}

/** More different ones are counted nowhere: a page that invents names must not fill the memory. */
const most = 1_000;

/** Counts the events that say something about the replica itself, each kind with its detail once. */
export class Troubles {
  private readonly byKey = new Map<string, Trouble>();

  /** @returns the trouble when it is the first of its kind. */
  add({ type, detail }: ReplicaEvent): Trouble | undefined {
    const sentence = sentences[type];
    if (!sentence) return undefined;
    const { stack: _, ...kind } = detail as Record<string, unknown>;
    const key = `${type} ${JSON.stringify(kind)}`;
    const known = this.byKey.get(key);
    if (known) known.count += 1;
    if (known || this.byKey.size >= most) return undefined;
    const message = sentence(detail as Record<string, unknown>);
    const trouble = { type, detail, message, count: 1, firstAt: new Date().toISOString() };
    this.byKey.set(key, trouble);
    return trouble;
  }

  /** In the sequence in which they came first. */
  list(): Trouble[] {
    return [...this.byKey.values()];
  }
}
