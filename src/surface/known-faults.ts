import type { Surface } from '../contracts/surface.ts';
import { resolveShapes } from '../replica/builds/resolve-shapes.ts';
import type { LibraryIndex } from './library-index.ts';

/**
 * Code of which users reported that it fails, although each name that it needs is there. It is recognized by its text: a version that
 * mended it does not have it.
 */
interface KnownFault {
  id: string;
  methods: readonly string[];
  file: string;
  /** The group is the place that fails. */
  code: RegExp;
  /** The builds on which it fails. */
  isOn(surface: Surface): boolean;
  why: string;
}

export const knownFaults: readonly KnownFault[] = [
  {
    id: 'client-of-client',
    methods: ['Client.deleteChannel', 'Channel.deleteChannel'],
    file: 'src/Client.js',
    code: /async deleteChannel\(\w+\) \{\s*return await (this\.client\.pupPage)/,
    isOn: () => true,
    why: 'Client.deleteChannel reads this.client.pupPage, and a client has no member client (mended by wwebjs/whatsapp-web.js#5791).',
  },
  {
    id: 'unpin-without-duration',
    methods: ['Message.unpin'],
    file: 'src/structures/Message.js',
    code: /(pinUnpinMsgAction)\(\s*msgId,\s*2,?\s*\)/,
    isOn: () => true,
    why: 'Message.unpin passes no duration, and the library answers false without one (mended by wwebjs/whatsapp-web.js#3839).',
  },
  {
    id: 'picture-of-chat',
    methods: ['Client.getProfilePicUrl', 'Contact.getProfilePicUrl'],
    file: 'src/Client.js',
    code: /(requestProfilePicFromServer)\(\s*chat\s*\)/,
    isOn: ({ build, face }) =>
      face === 'comet' &&
      !resolveShapes(build).parameters['WAWebContactProfilePicThumbBridge.requestProfilePicFromServer']?.[0],
    why: 'The library passes a chat to requestProfilePicFromServer, which takes an id by position up to 2026-03-02 (wwebjs/whatsapp-web.js#127091, wwebjs/whatsapp-web.js#127092).',
  },
  {
    id: 'forward-of-chat',
    methods: ['Message.forward'],
    file: 'src/structures/Message.js',
    code: /(chat\.forwardMessages)\(/,
    isOn: () => true,
    why: 'Chats have had no method forwardMessages since 2023-11 (chrishubert/whatsapp-api#127).',
  },
  {
    id: 'phone-watchdog',
    methods: ['Client.resetState'],
    file: 'src/Client.js',
    code: /(phoneWatchdog\.shiftTimer)/,
    isOn: ({ face }) => face === 'comet',
    why: 'The connection has no phoneWatchdog any longer: its shiftTimer is read of undefined (mended by wwebjs/whatsapp-web.js#3358).',
  },
];

/** A source file; `position` gives the line of an offset, from 1. */
interface LibraryText {
  text: string;
  position(offset: number): { line: number };
}

/** The known faults that a version has, each with its place. */
export function faultsOf({ files }: { files: ReadonlyMap<string, LibraryText> }): LibraryIndex['faults'] {
  return knownFaults.flatMap(({ id, file, code }) => {
    const source = files.get(file);
    const match = source && code.exec(source.text);
    if (!match) return [];
    return [{ id, file, line: source.position(match.index + match[0].indexOf(match[1] as string)).line }];
  });
}
