import type { AnsweredMedia, Json, MethodArgument, ObjectById } from '../../contracts/host.ts';
import type { FollowedEvent } from '../../contracts/host-events.ts';
import type { AnyObject, Library } from './library-types.ts';

/** The class of an object; null for plain objects and arrays. */
export function classOf(value: object): string | null {
  const { constructor: made } = value as { constructor?: { name?: unknown } };
  const name = made?.name;
  return typeof name === 'string' && name !== 'Object' && name !== 'Array' ? name : null;
}

/** What JSON keeps of a value; null for what it cannot, such as a circle. */
export function jsonOf(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}

/** What makes an argument of its JSON form, besides the classes of the library. */
export interface ArgumentSources {
  library: Library;
  /** The object that an earlier answer named. */
  ref(ref: number): unknown;
  find(object: ObjectById): Promise<object>;
}

/** The argument of a method out of its JSON form. @throws what the library's constructor or `find` throws. */
export async function makeArgument(argument: MethodArgument, from: ArgumentSources): Promise<unknown> {
  if (Array.isArray(argument)) return Promise.all(argument.map((each) => makeArgument(each, from)));
  if (typeof argument !== 'object' || argument === null) return argument;
  if ('$ref' in argument) return from.ref(argument.$ref as number);
  if ('$find' in argument) return from.find(argument.$find as ObjectById);
  if ('$date' in argument) return new Date(argument.$date as number);
  if ('$new' in argument) {
    const { $new: name, args } = argument as { $new: string; args: MethodArgument[] };
    const made = (from.library as unknown as AnyObject)[name];
    if (typeof made !== 'function') throw new TypeError(`this version exports no class ${name}`);
    return Reflect.construct(made, await Promise.all(args.map((each) => makeArgument(each, from))));
  }
  const fields = Object.entries(argument).map(async ([name, each]) => [name, await makeArgument(each, from)]);
  return Object.fromEntries(await Promise.all(fields));
}

/**
 * A value of the library as plain data: dates as ISO text, media as `{ $media: index }` into `media`. What is no data is left out: functions,
 * the library's private fields (`_data`), and what would close a circle.
 */
export function plainData(value: unknown, media: AnsweredMedia[], above: readonly object[] = []): Json | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || above.includes(value)) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  const path = [...above, value];
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    return [...value].map((each) => plainData(each, media, path) ?? null);
  if (classOf(value) === 'MessageMedia') return { $media: media.push(mediaOf(value as AnyObject)) - 1 };
  const fields = Object.entries(value).flatMap(([name, each]) => {
    const isPrivate = name.startsWith('_') && name !== '_serialized';
    const data = isPrivate || each === undefined ? undefined : plainData(each, media, path);
    return data === undefined ? [] : [[name, data] as const];
  });
  return Object.fromEntries(fields);
}

/** The arguments of an event as data. Never throws: a library must not fail because of what its objects hold. */
export function eventData(args: readonly unknown[]): FollowedEvent {
  return { args: args.map(dataOf), files: args.flatMap(fileOf) };
}

function dataOf(value: unknown): Json {
  try {
    return plainData(value, []) ?? null;
  } catch {
    return null;
  }
}

/** The file of a message, which the library downloads only when it is asked to. */
function fileOf(value: unknown): FollowedEvent['files'] {
  if (typeof value !== 'object' || value === null) return [];
  const { hasMedia, id, _data } = value as { hasMedia?: unknown; id?: AnyObject; _data?: AnyObject };
  const message = id?._serialized;
  if (hasMedia !== true || typeof message !== 'string') return [];
  const { mimetype, filename, size } = _data ?? {};
  return [
    {
      message,
      mimetype: typeof mimetype === 'string' ? mimetype : null,
      filename: typeof filename === 'string' ? filename : null,
      bytes: typeof size === 'number' ? size : null,
    },
  ];
}

function mediaOf({ mimetype, filename, data }: AnyObject): AnsweredMedia {
  return {
    mimetype: String(mimetype),
    filename: typeof filename === 'string' ? filename : null,
    data: String(data),
  };
}
