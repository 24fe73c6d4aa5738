import type { Surface } from '../contracts/surface.ts';
import { resolveShapes } from '../replica/builds/resolve-shapes.ts';
import type { OwnFault } from './library-index.ts';

/** Code of which users report that it fails, and whose fault neither names nor arguments show. */
interface KnownFault {
  id: string;
  /** Its text, by which a version that has it is recognized, whatever its number; the group is the place that fails. */
  code: RegExp;
  /** The method that fails by it, where it is not the one with this text. */
  breaks?: string;
  /** The releases on npm that have it, as a semver range: a test holds the text to it. */
  versions: string;
  /** The builds on which it fails. */
  isOn(surface: Surface): boolean;
  why: string;
  sources: readonly string[];
}

export const knownFaults: readonly KnownFault[] = [
  {
    id: 'picture-of-chat',
    code: /(requestProfilePicFromServer)\(\s*chat\s*\)/,
    versions: '>=1.34.7 <2.0.0-0',
    isOn: ({ build, face }) =>
      face === 'comet' &&
      !resolveShapes(build).parameters['WAWebContactProfilePicThumbBridge.requestProfilePicFromServer']?.[0],
    why: 'The library passes a chat to requestProfilePicFromServer, which takes an id by position up to 2026-03-02',
    sources: ['wwebjs/whatsapp-web.js#127091', 'wwebjs/whatsapp-web.js#127092'],
  },
  {
    id: 'load-of-chat-object',
    code: /(loadEarlierMsgs)\(\{\s*chat\b/,
    versions: '>=1.34.7 <2.0.0-0',
    isOn: ({ build, face }) =>
      face === 'comet' && !resolveShapes(build).parameters['WAWebChatLoadMessages.loadEarlierMsgs']?.[0],
    why: 'The library passes an object to loadEarlierMsgs, which takes the chat by position up to 2026-04: asked for more messages than are loaded it fails',
    sources: ['wwebjs/whatsapp-web.js#201706', 'wwebjs/whatsapp-web.js#201713'],
  },
  {
    id: 'forward-of-chat',
    code: /(chat\.forwardMessages)\(/,
    versions: '1.22.0 - 1.24.0 || 2.0.0-alpha.0',
    isOn: () => true,
    why: 'Chats have had no method forwardMessages since 2023-11',
    sources: ['chrishubert/whatsapp-api#127'],
  },
  {
    id: 'phone-watchdog',
    code: /(phoneWatchdog\.shiftTimer)/,
    versions: '1.22.0 - 1.28.0 || 2.0.0-alpha.0',
    isOn: () => true,
    why: 'The connection has had no phoneWatchdog since 2023: its shiftTimer is read of undefined',
    sources: ['wwebjs/whatsapp-web.js#2283', 'wwebjs/whatsapp-web.js#3358'],
  },
  {
    id: 'sender-as-object',
    code: /fromId: ('_serialized' in data\.from)/,
    breaks: 'Message.acceptGroupV4Invite',
    versions: '1.22.2-alpha.0 - 1.25.0',
    isOn: () => true,
    why: 'The library takes the sender of an invitation for an object; it is a text, so no event tells of the message',
    sources: ['wwebjs/whatsapp-web.js#3257'],
  },
  {
    id: 'name-as-third-argument',
    code: /(saveContactAction)\(\s*phoneNumber,\s*null,\s*firstName,/,
    versions: '1.29.0 - 1.34.1',
    isOn: ({ behaviours }) => behaviours.savedContactName === 'fifth',
    why: 'saveContactAction has taken the names as its fifth and sixth argument since 2025-10, and saves nothing without them',
    sources: ['wwebjs/whatsapp-web.js#3923'],
  },
  {
    id: 'name-as-fifth-argument',
    code: /(saveContactAction)\(\s*phoneNumber,\s*phoneNumber,\s*null,\s*null,\s*firstName,/,
    versions: '>=1.34.2 <1.34.5',
    isOn: ({ behaviours }) => behaviours.savedContactName === 'third',
    why: 'saveContactAction took the names as its third and fourth argument up to 2025-10, and saves nothing without them',
    sources: ['wwebjs/whatsapp-web.js#3923'],
  },
];

/** A method of a library with its source text; `position` gives the line of an offset in the file, from 1. */
interface MethodText {
  name: string;
  file: { path: string; text: string; position(offset: number): { line: number } };
  node: { start: number; end: number };
}

/** The known faults that a version has, each with its place. */
export function knownFaultsOf({ functions }: { functions: readonly MethodText[] }): OwnFault[] {
  return functions.flatMap(({ name, file, node }) =>
    knownFaults.flatMap(({ id, code, breaks = name, why, sources }) => {
      const match = code.exec(file.text.slice(node.start, node.end));
      if (!match) return [];
      const offset = node.start + match.index + match[0].indexOf(match[1] as string);
      const { line } = file.position(offset);
      return [{ method: breaks, why: `${why} (${sources.join(', ')}).`, file: file.path, line, known: id }];
    }),
  );
}
