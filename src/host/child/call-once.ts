import type { AnsweredMedia, ObjectById, SingleAnswer, SingleCall } from '../../contracts/host.ts';
import type { AnyObject, Library, LibraryClient } from './library-types.ts';
import { classOf, makeArgument, plainData } from './library-values.ts';
import { plainError } from './plain-value.ts';

/** Calls a method of the client, or of an object that it finds, and keeps neither the object nor the answer. Never rejects. */
export async function callOnce(
  { on, method, args }: SingleCall,
  client: LibraryClient,
  library: Library,
): Promise<SingleAnswer> {
  try {
    const find = (object: ObjectById) => findObject(client, object);
    const owner = (on === null ? client : await find(on)) as AnyObject;
    const called = owner[method];
    if (typeof called !== 'function') return { end: 'no-method', of: classOf(owner) ?? 'Object' };
    const ref = () => undefined;
    const made = await Promise.all(args.map((each) => makeArgument(each, { library, find, ref })));
    const answer: unknown = await called.apply(owner, made);
    const media: AnsweredMedia[] = [];
    const value = plainData(answer, media) ?? null;
    const of = typeof answer === 'object' && answer !== null ? classOf(answer) : null;
    return { end: 'answered', value, of, media };
  } catch (error) {
    if (error instanceof NoObject) return { end: 'no-object', object: error.object };
    return { end: 'threw', error: plainError(error) };
  }
}

/** The library finds no object with this id. */
class NoObject extends Error {
  readonly object: ObjectById;

  constructor(object: ObjectById) {
    super(`there is no ${object.kind} ${object.id}`);
    this.object = object;
  }
}

const finders = { chat: 'getChatById', contact: 'getContactById', message: 'getMessageById' } as const;

/** @throws NoObject, and what the library throws. */
export async function findObject(client: LibraryClient, object: ObjectById): Promise<object> {
  const finder = (client as unknown as AnyObject)[finders[object.kind]];
  const found: unknown = typeof finder === 'function' ? await finder.call(client, object.id) : null;
  if (typeof found !== 'object' || found === null) throw new NoObject(object);
  return found;
}
