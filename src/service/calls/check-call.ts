import type { MethodArgument, ObjectById, SingleCall } from '../../contracts/host.ts';
import { argumentForms, type CallBody, type MethodRules } from '../../contracts/service-calls.ts';
import type { DefinedClass, Signature } from '../../surface/extract/type-definitions.ts';
import { Problem } from '../problems.ts';

/** The classes and interfaces of a library version, by name. */
export type Definitions = ReadonlyMap<string, DefinedClass>;

/** Files of a call: the address of each is replaced by its bytes. */
export type Download = (url: URL) => Promise<{ mimetype: string; data: string }>;

/** Methods that would take a session from the service, each with what to use in their place. */
const refused: ReadonlyMap<string, string> = new Map([
  ['initialize', 'POST .../restore starts a session.'],
  ['destroy', 'The service closes sessions; POST .../restore starts one again.'],
  ['inject', 'POST .../restore starts a session.'],
  ['resetState', 'POST .../restore starts a session.'],
  ['logout', 'Use POST .../logout.'],
  ['requestPairingCode', 'POST .../accounts with "pairing": true links by a pairing code.'],
  ['cancelPairingCode', 'A link without a pairing code is another POST .../accounts.'],
]);

/** The classes whose methods an object of each kind can have, beside those that extend them. */
const classesOf = { chat: ['Chat', 'Channel'], contact: ['Contact'], message: ['Message'] } as const;

/** An argument may not lie deeper. */
const deepest = 12;
/** Files that one call may name by their address: all are in memory at the same time. */
const mostFiles = 10;

interface ArgumentParts {
  definitions: Definitions;
  download: Download;
}

interface CallParts extends ArgumentParts {
  /** Which methods the caller may use; null for all. */
  rules: MethodRules | null;
}

export interface CheckedCall {
  call: SingleCall;
  /** The method with the class that the type definitions declare it in, such as `Message.reply`. */
  name: string;
  /** Where an id has to stand and none does, such as `args.0 (chatId)`. Only the library knows whether it takes that. */
  noIds: string[];
}

/**
 * A call as the host takes it, held against the type definitions of the version. Downloads media that are given by their address.
 *
 * @throws Problem `method-refused`, `method-forbidden`, `method-unknown`, `arguments-wrong`, `media-unavailable`
 */
export async function checkCall(body: CallBody, { rules, definitions, download }: CallParts): Promise<CheckedCall> {
  const on = objectOf(body.on);
  const { method } = body;
  const instead = on === null ? refused.get(method) : undefined;
  if (instead !== undefined) throw new Problem('method-refused', `${method}(): ${instead}`);
  const owner = on === null ? 'the client' : `a ${on.kind}`;
  const names = on === null ? ['Client'] : classesOf[on.kind];
  const declaring = [...definitions.values()].filter(
    (defined) => isOneOf(defined, names, definitions) && defined.methods.has(method),
  );
  const allowed = declaring.filter((defined) => mayUse(rules, defined.name, method));
  if (declaring.length > 0 && allowed.length === 0)
    throw new Problem('method-forbidden', `The API key may not call ${method}() of ${owner}.`);
  const signatures = allowed.flatMap((defined) => defined.methods.get(method) ?? []);
  const [declared] = allowed;
  if (!declared) throw new Problem('method-unknown', `This version has no ${method}() of ${owner}.`);
  const signature = signatures.find((each) => fits(each, body.args));
  if (!signature) {
    throw new Problem('arguments-wrong', `${method}() takes ${signatures.map(signatureText).join(' or ')}.`);
  }
  const parts = { definitions, download: limited(download) };
  const args = await Promise.all(body.args.map((each, i) => argumentOf(each, `args.${i}`, parts)));
  return { call: { on, method, args }, name: `${declared.name}.${method}`, noIds: noIdsIn(body, signature) };
}

/** Parameters that take the id of a chat, a person or a message. */
const takesId = /^(chat|channel|group|user|contact|participant|newOwner|message|eventMessage)Ids?$/;

function noIdsIn({ on, args }: CallBody, signature: Signature): string[] {
  const places = Object.entries(on ?? {}).map(([kind, id]): [string, unknown] => [`on.${kind}`, id]);
  for (const [i, { name }] of signature.entries()) {
    if (takesId.test(name)) places.push([`args.${i} (${name})`, args[i]]);
  }
  return places
    .filter(([, given]) => [given].flat().some((each) => typeof each === 'string' && !/\S@[a-z]/.test(each)))
    .map(([place]) => place);
}

/** Downloads as many files as one call may name. */
function limited(download: Download): Download {
  let files = 0;
  return async (url) => {
    files++;
    if (files > mostFiles)
      throw new Problem('arguments-wrong', `A call may name at most ${mostFiles} files by their address.`);
    return download(url);
  };
}

/** True when a key may call a method of a class, or follow an event: the group `event`. */
export function mayUse(rules: MethodRules | null, group: string, name: string): boolean {
  const names = (list: readonly string[]) => list.includes(`${group}.${name}`) || list.includes(`${group}.*`);
  return rules === null || ((rules.allow === undefined || names(rules.allow)) && !names(rules.deny ?? []));
}

function objectOf(on: CallBody['on']): ObjectById | null {
  const [kind, id] = Object.entries(on ?? {})[0] ?? [];
  return kind === undefined ? null : { kind: kind as ObjectById['kind'], id: id as string };
}

function isOneOf(defined: DefinedClass, names: readonly string[], definitions: Definitions): boolean {
  if (names.includes(defined.name)) return true;
  const above = defined.extends === null ? undefined : definitions.get(defined.extends);
  return above !== undefined && isOneOf(above, names, definitions);
}

/** True when a function with this signature can be called so; of types only the plain ones of JSON are looked at. */
function fits(signature: Signature, args: readonly unknown[]): boolean {
  const least = signature.filter(({ isOptional }) => !isOptional).length;
  const hasRest = signature.some(({ isRest }) => isRest);
  if (args.length < least || (args.length > signature.length && !hasRest)) return false;
  return args.every((argument, i) => {
    const parameter = signature[i];
    if (!parameter || parameter.json.length === 0) return true;
    return argument === null || parameter.json.some((type) => typeof argument === type);
  });
}

/** Writes a signature for error messages, e.g. `(name: string, startTime, options?)`. */
export function signatureText(signature: Signature): string {
  const parameters = signature.map(({ name, isOptional, isRest, json }) => {
    const type = json.length === 0 ? '' : `: ${json.join(' | ')}`;
    return `${isRest ? '...' : ''}${name}${isOptional && !isRest ? '?' : ''}${type}`;
  });
  return `(${parameters.join(', ')})`;
}

async function argumentOf(given: unknown, place: string, parts: ArgumentParts, depth = 0): Promise<MethodArgument> {
  if (depth > deepest) throw new Problem('arguments-wrong', `${place} lies too deep.`);
  const each = (value: unknown, key: string | number) => argumentOf(value, `${place}.${key}`, parts, depth + 1);
  if (Array.isArray(given)) return Promise.all(given.map(each));
  if (typeof given !== 'object' || given === null) return given as MethodArgument;
  const form = Object.keys(given).find((key) => key.startsWith('$'));
  if (form === undefined) {
    const fields = Object.entries(given).map(async ([key, value]) => [key, await each(value, key)]);
    return Object.fromEntries(await Promise.all(fields));
  }
  switch (form) {
    case '$date':
      return { $date: Date.parse(formOf('$date', given, place).$date) };
    case '$contact':
      return { $find: { kind: 'contact', id: formOf('$contact', given, place).$contact } };
    case '$media':
      return newMedia(formOf('$media', given, place).$media, parts.download);
    case '$new': {
      const { $new: name, args } = formOf('$new', given, place);
      const constructs = newableClasses(parts.definitions).find((each) => each.name === name)?.constructs;
      if (!constructs) throw new Problem('arguments-wrong', `${place}: this version has no ${name} to make.`);
      if (!constructs.some((signature) => fits(signature, args))) {
        throw new Problem('arguments-wrong', `${place}: ${name} takes ${constructs.map(signatureText).join(' or ')}.`);
      }
      return { $new: name, args: await Promise.all(args.map(each)) };
    }
    default:
      throw new Problem('arguments-wrong', `${place}: there is no ${form}.`);
  }
}

function formOf<F extends keyof typeof argumentForms>(form: F, given: object, place: string) {
  const parsed = argumentForms[form].safeParse(given);
  if (parsed.success) return parsed.data as ReturnType<(typeof argumentForms)[F]['parse']>;
  const [issue] = parsed.error.issues;
  throw new Problem('arguments-wrong', `${[place, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
}

/** The classes that a program may make objects of: contents of messages, never a client or a login. */
export function newableClasses(definitions: Definitions): { name: string; constructs: readonly Signature[] }[] {
  return [...definitions.values()].flatMap((defined) => {
    const { name, constructs } = defined;
    const isMade = name === 'Client' || isOneOf(defined, ['AuthStrategy'], definitions);
    return constructs === null || isMade ? [] : [{ name, constructs }];
  });
}

async function newMedia(
  media: ReturnType<typeof argumentForms.$media.parse>['$media'],
  download: Download,
): Promise<MethodArgument> {
  const { filename = null } = media;
  const { mimetype, data } = 'url' in media ? await download(new URL(media.url)) : media;
  return { $new: 'MessageMedia', args: [mimetype, data, filename] };
}
