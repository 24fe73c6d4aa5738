import { expect, test, vi } from 'vitest';
import { observeProbes } from '../../../src/surface/page/in-page/probes.ts';
import { emptyDocument } from './observed-page.ts';

const text = 'a text that a person wrote';
const number = '15550100120';
const definition = (exports: object, factoryFinished = true) => ({
  ...{ exports, factoryFinished, factory: vi.fn(), special: 98 },
});
const element = (attributes: Record<string, string>, children: Record<string, unknown[]> = {}) => ({
  getAttribute: (name: string) => attributes[name] ?? null,
  querySelectorAll: (selector: string) => children[selector] ?? [],
  querySelector: (selector: string) => children[selector]?.[0] ?? null,
});
const documentWith = (found: Record<string, unknown[]>, textContent = '') =>
  ({ querySelectorAll: (selector: string) => found[selector] ?? [], body: { textContent } }) as unknown as Document;

/** A page with an account. */
function linkedPage() {
  const wid = { server: 'c.us', user: number, $1: `${number}@c.us` };
  const media = { __x_id: text, __x_mediaBlob: text, filename: text, [`__x_${number}`]: text };
  const refreshQR = vi.fn();
  const cmd = { _events: { logout_from_bridge: [], [`chat ${text}`]: [], [`chat:${number}`]: [] }, refreshQR };
  const modules = {
    WAWebConnModel: definition({ Conn: { wid } }),
    WAWebCmd: definition({ Cmd: cmd }),
    WAWebStreamModel: definition({
      Stream: { displayInfo: text },
      StreamMode: { QR: 'QR', MAIN: 'MAIN' },
      StreamInfo: {},
    }),
    WAWebCollections: definition({ default: { Msg: { _models: [{ body: text, mediaData: media }, { body: text }] } } }),
    Bootloader: definition({ __debug: { componentMap: new Map([['WAWebA', {}]]) } }),
    Waiting: definition({ default: { __debug: {} } }, false),
  };
  const shown = documentWith({
    '#app': [{}],
    'div[data-ref]': [],
    '[role=dialog]': [element({ 'aria-label': text }, { 'button, [role=button]': [1, 2] })],
  });
  return { modules, shown, refreshQR };
}

test('each probe of a page with an account has its value, and no text and no number of a person is in them', () => {
  const { modules, shown, refreshQR } = linkedPage();
  const probes = observeProbes(modules, shown);
  expect(probes).toEqual({
    widTextField: { how: 'executed', value: '$1' },
    cmdRefreshQr: { how: 'executed', value: true },
    cmdEvents: { how: 'executed', value: ['logout_from_bridge'] },
    displayInfo: { how: 'executed', value: 'stream' },
    streamModes: { how: 'executed', value: 2 },
    streamInfos: { how: 'executed', value: 0 },
    mediaDataFields: { how: 'executed', value: ['__x_id', '__x_mediaBlob'] },
    components: { how: 'executed', value: 1 },
    qrCodes: { how: 'executed', value: 0 },
    dialogs: { how: 'executed', value: [{ heading: expect.stringMatching(/^[\da-f]{8}$/), buttons: 2 }] },
    document: { how: 'executed', value: 'app' },
  });
  const said = JSON.stringify(probes);
  expect([said.includes(text), said.includes(number)]).toEqual([false, false]);
  expect(refreshQR).not.toHaveBeenCalled();
  for (const { factory } of Object.values(modules)) expect(factory).not.toHaveBeenCalled();
});

test('a dialog of another heading has another hash, and the same heading the same', () => {
  const hashOf = (heading: string) => {
    const shown = documentWith({
      '[role=dialog]': [element({}, { 'h1, h2, [role=heading]': [{ textContent: heading }] })],
    });
    return JSON.stringify(observeProbes({}, shown).dialogs);
  };
  expect(hashOf('What is new')).toBe(hashOf('What is new'));
  expect(hashOf('What is new')).not.toBe(hashOf('Use here'));
});

test('displayInfo is found on the stream, in its getters, or nowhere', () => {
  const placeIn = (stream: object, getters: object) =>
    observeProbes(
      { WAWebStreamModel: definition({ Stream: stream }), WAWebStreamGetters: definition(getters) },
      emptyDocument,
    ).displayInfo;
  expect(placeIn({ displayInfo: undefined }, {})).toMatchObject({ value: 'stream' });
  expect(placeIn({}, { getDisplayInfo: () => text })).toMatchObject({ value: 'getter' });
  expect(placeIn({}, {})).toMatchObject({ value: 'none' });
});

test('what has not run and what is not there is left out', () => {
  const probes = observeProbes({ WAWebCmd: definition({ Cmd: { refreshQR: () => {} } }, false) }, emptyDocument);
  expect(Object.keys(probes)).toEqual(['qrCodes', 'dialogs', 'document']);
});

test('the application, the page for browsers that are not supported, and any other document are three classes', () => {
  const classOf = (found: Record<string, unknown[]>, content = '') =>
    observeProbes({}, documentWith(found, content)).document;
  expect(classOf({ '#app': [{}] })).toMatchObject({ value: 'app' });
  expect(classOf({}, 'WhatsApp works with Google Chrome 100+')).toMatchObject({ value: 'unsupported' });
  expect(classOf({}, 'Welcome to our network')).toMatchObject({ value: 'other' });
});
