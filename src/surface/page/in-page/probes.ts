import type { Probes, ProbeValues } from '../../../contracts/capture.ts';
import { exportOf, isObject, type ModulesMap, modelsOf } from './modules.ts';

/** Names and numbers that a list holds at most. */
const longestList = 500;

/**
 * What the page shows without a call of anything in it, beside behaviours: names of fields and events, numbers and hashes. What does not
 * show is left out. No text and no id leaves the page: what is no plain name is passed over.
 */
export function observeProbes(modules: ModulesMap, document: Document): Probes {
  const values: Partial<ProbeValues> = {
    ...widTextField(modules),
    ...cmdOf(modules),
    ...streamOf(modules),
    ...mediaDataFields(modelsOf(modules, 'Msg')),
    ...components(modules),
    qrCodes: document.querySelectorAll('div[data-ref]').length,
    dialogs: dialogsIn(document),
    document: classOf(document),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { how: 'executed', value }]));
}

/** The own field of an id that holds its whole text, `user@server`. */
function widTextField(modules: ModulesMap): Pick<ProbeValues, 'widTextField'> | null {
  const own = fieldOf(exportOf(modules, 'WAWebConnModel', 'Conn'), 'wid');
  const wid = [own, fieldOf(modelsOf(modules, 'Chat').at(-1), 'id')].find(isObject);
  if (wid === undefined) return null;
  const isText = (value: unknown) => typeof value === 'string' && /.@./.test(value);
  const fields = namesOf(wid).filter((name) => isText(Object.getOwnPropertyDescriptor(wid, name)?.value));
  const [field] = fields;
  return fields.length === 1 && field !== undefined ? { widTextField: field } : null;
}

function cmdOf(
  modules: ModulesMap,
): (Pick<ProbeValues, 'cmdRefreshQr'> & Partial<Pick<ProbeValues, 'cmdEvents'>>) | null {
  const cmd = exportOf(modules, 'WAWebCmd', 'Cmd');
  if (!isObject(cmd)) return null;
  const events = fieldOf(cmd, '_events');
  return {
    cmdRefreshQr: typeof fieldOf(cmd, 'refreshQR') === 'function',
    ...(isObject(events) && { cmdEvents: namesOf(events).sort() }),
  };
}

/** Where a page derives `displayInfo`, and how many modes and infos its stream has by name. */
function streamOf(modules: ModulesMap): Partial<ProbeValues> {
  const stream = exportOf(modules, 'WAWebStreamModel', 'Stream');
  const [modes, infos] = ['StreamMode', 'StreamInfo'].map((name) => exportOf(modules, 'WAWebStreamModel', name));
  const hasGetter = typeof exportOf(modules, 'WAWebStreamGetters', 'getDisplayInfo') === 'function';
  const place = isObject(stream) && 'displayInfo' in stream ? 'stream' : hasGetter ? 'getter' : 'none';
  return {
    ...(isObject(stream) && { displayInfo: place }),
    ...(isObject(modes) && { streamModes: Object.keys(modes).length }),
    ...(isObject(infos) && { streamInfos: Object.keys(infos).length }),
  };
}

/** The own private fields of the media of the newest message that has some. */
function mediaDataFields(messages: readonly object[]): Pick<ProbeValues, 'mediaDataFields'> | null {
  const media = messages.map((each) => fieldOf(each, 'mediaData')).findLast(isObject);
  return media === undefined ? null : { mediaDataFields: namesOf(media).filter((name) => name.startsWith('__x_')) };
}

/** Of the map that the page itself uses. */
function components(modules: ModulesMap): Pick<ProbeValues, 'components'> | null {
  const all = [exportOf(modules, 'Bootloader', 'default'), modules.Bootloader?.exports];
  const map = all.map((each) => fieldOf(fieldOf(each, '__debug'), 'componentMap')).find(isObject);
  if (map === undefined) return null;
  return { components: map instanceof Map ? map.size : Object.keys(map).length };
}

function dialogsIn(document: Document): ProbeValues['dialogs'] {
  return [...document.querySelectorAll('[role=dialog]')].slice(0, longestList).map((each) => {
    const heading =
      each.getAttribute('aria-label') ?? each.querySelector('h1, h2, [role=heading]')?.textContent ?? null;
    return {
      heading: heading === null ? null : hashOf(heading),
      buttons: each.querySelectorAll('button, [role=button]').length,
    };
  });
}

/** Whether the document is the application, or what a browser gets that the site does not support. */
function classOf(document: Document): ProbeValues['document'] {
  if (document.querySelectorAll('#app').length > 0) return 'app';
  return /works with (Google )?Chrome|update (Google )?Chrome/i.test(document.body?.textContent ?? '')
    ? 'unsupported'
    : 'other';
}

/** FNV-1a with 32 bits: tells one text from another, and has too few bits to name what it was. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A name that code wrote: no id, no number of a person, no text. */
const isName = (name: string) => /^[A-Za-z_$][\w$:.-]{0,63}$/.test(name) && !/\d{5}/.test(name);

function namesOf(value: object): string[] {
  return Object.getOwnPropertyNames(value).filter(isName).slice(0, longestList);
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? (value as Record<string, unknown>)[name] : undefined;
}
