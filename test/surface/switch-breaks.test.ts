import { describe, expect, test } from 'vitest';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { listLibraryLocks } from '../../src/library/library-lock.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkMethods } from '../../src/surface/check-methods.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { behindSwitches, switchBreaks } from '../../src/surface/switch-breaks.ts';
import { switchSentence } from '../../src/words/switch-words.ts';
import { toyClient, toyMethod } from './toy-package.ts';

const newest = '2.3000.1044822804';
const breaks = (folder: string, build = newest, chosen = {}) =>
  switchBreaks(indexLibrary(folder), resolveSurface(build, chosen));

describe('a download', () => {
  const download = (keys: string) =>
    toyMethod(`return window.require('WAWebDownloadManager').downloadManager.downloadAndMaybeDecrypt({ ${keys} });`);

  test('without mimetype fails with the check, in words that name the switch and its sources', () => {
    const [broken, ...others] = breaks(download('directPath: 1, type: 2'));
    expect(others).toEqual([]);
    expect(broken).toMatchObject({ name: 'download-mimetype-check', value: 'true', default: 'false', stops: null });
    expect(broken?.methods.map(({ name, certain }) => [name, certain])).toEqual([
      ['Client.act', true],
      ['Message.reply', true],
    ]);
    expect(broken?.methods[0]?.why).toMatch(
      /refuses to download a file .* without mimetype; the library passes \{directPath, type\}/,
    );
    expect(broken && switchSentence(broken)).toMatch(
      /^With download-mimetype-check=true Client\.act, Message\.reply fail \(read: .*wwebjs\/whatsapp-web\.js#201908\)\.$/,
    );
  });

  test.each(['directPath: 1, mimetype: 2', 'directPath: 1, ...rest'])('with {%s} does not', (keys) => {
    expect(breaks(download(keys))).toEqual([]);
  });

  test('that fails anyway is not put down to the other value', () => {
    expect(breaks(download('directPath: 1'), newest, { 'download-mimetype-check': 'true' })).toEqual([]);
  });

  test('is a method behind a switch', () => {
    const index = indexLibrary(download('directPath: 1'));
    const surface = resolveSurface(newest);
    const [method] = behindSwitches(checkMethods(index, surface), switchBreaks(index, surface));
    expect(method).toMatchObject({ name: 'Client.act', status: 'behind-switch', at: { file: 'src/Client.js' } });
    expect(method?.why).toMatch(/^With download-mimetype-check=true: /);
  });
});

test('a media upload never returns where a worker does it', () => {
  const upload = toyMethod(`return window.require('WAWebUploadManager').encryptAndUpload({ blob: 1 });`);
  expect(breaks(upload).map(({ name, methods: [method] }) => [name, method?.name])).toEqual([
    ['media-upload-in-worker', 'Client.act'],
  ]);
});

test('media whose data shows its field of an id may lose the id of its message', () => {
  const index = indexLibrary(toyMethod(`return window.require('WAWebPrepRawMedia').prepRawMedia(1, {});`));
  const found = (build: string) => checkMethods(index, resolveSurface(build)).find(({ name }) => name === 'Client.act');
  expect(found('2.3000.1047643939')).toMatchObject({ status: 'works' });
  expect(found('2.3000.1047775310')).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(/^Perhaps .*__x_id/),
  });
});

test('a module that only some pages prefetch stops a library that needs it on the way to ready', () => {
  const client = toyClient(`window.require('WAWebSetPushnameConnAction').setPushname('a');`);
  expect(breaks(client, '2.3000.1038162681')).toMatchObject([
    {
      name: 'prefetch',
      value: 'false',
      stops: 'ready',
      missing: [{ kind: 'lazy', name: 'WAWebSetPushnameConnAction' }],
    },
  ]);
});

test('the text of a message key is another field for those whom the change has not reached', () => {
  const client = toyClient(`window.id = window.require('WAWebCollections').Msg.get('a').id._serialized;`);
  const names = breaks(client, '2.3000.1042401057', { 'message-key-text': '_serialized' }).map(({ name }) => name);
  expect(names).toContain('message-key-text');
});

/** What is looked for quickly, in the needs that a value touches, is what a whole check with that value finds. */
describe.each(listLibraryLocks().map(({ label }) => label))('the switches of every build for %s', (label) => {
  test.each(['2.2412.54', '2.3000.1029241508', '2.3000.1038162681', '2.3000.1043085068', newest, '2.3000.1047483476'])(
    'break on %s what a whole check with their value lacks and one without does not',
    async (build) => {
      const { packageDir } = await ensureLibrary(label, () => {}, 'source');
      const index = libraryIndex(packageDir);
      const surface = resolveSurface(build);
      const found = switchBreaks(index, surface);
      const works = checkMethods(index, surface);
      const lacks = new Set(checkSurface(index, surface).missing.map(({ name }) => name));
      for (const [name, { values, value: usual }] of Object.entries(surface.switches)) {
        for (const value of values.filter((each) => each !== usual)) {
          const other = resolveSurface(build, { [name]: value });
          const broken = found.find((each) => each.name === name && each.value === value);
          const missing = checkSurface(index, other).missing.filter((each) => !lacks.has(each.name));
          const stopping = missing.filter(({ stops }) => stops !== 'methods').map((each) => each.name);
          expect([...new Set(broken?.missing.map((each) => each.name))].sort()).toEqual([...new Set(stopping)].sort());
          const lost = checkMethods(index, other).filter(
            ({ status }, i) => status === 'broken' && works[i]?.status !== 'broken',
          );
          const named = new Set(broken?.methods.map((method) => method.name));
          expect(lost.filter((method) => !named.has(method.name)).map((method) => method.name)).toEqual([]);
        }
      }
    },
  );
});
