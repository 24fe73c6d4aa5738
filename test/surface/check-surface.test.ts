import { describe, expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { toyClient } from './toy-package.ts';

const october2025 = '2.3000.1029241508';
/** A build of which most pages do not request further bundles after the login. */
const noPrefetch = '2.3000.1047483476';
const check = (pageCode: string, build: string) =>
  checkSurface(indexLibrary(toyClient(pageCode)), resolveSurface(build));

describe('a name that a build has lost', () => {
  const code = `window.User = window.require('WAWebUserPrefsMeUser'); window.User.getMeUser();`;

  test('stops ready where it is called before ready, with line and history', () => {
    expect(check(code, october2025)).toMatchObject({
      stops: 'ready',
      missing: [
        {
          name: 'WAWebUserPrefsMeUser.getMeUser',
          stops: 'ready',
          certain: true,
          file: 'src/Client.js',
          line: 7,
          history: expect.arrayContaining([
            expect.stringMatching(/offered up to 2\.3000\.\d+; removed in 2\.3000\.1026498050 \(2025-08-29/),
          ]),
        },
      ],
    });
  });

  test('stops nothing on a build that had it', () => {
    expect(check(code, '2.3000.1014111620')).toMatchObject({ stops: null, missing: [] });
  });

  test('stops only methods where only a listener needs it', () => {
    const later = `window.require('WAWebCmd').Cmd.on('logout', () => { ${code} });`;
    expect(check(later, october2025)).toMatchObject({ stops: null, missing: [{ stops: 'methods' }] });
  });

  test('is a possibility only where a condition decides whether the line is reached', () => {
    expect(check(`if (window.x) { ${code} }`, october2025)).toMatchObject({
      stops: null,
      missing: [{ stops: 'ready', certain: false }],
    });
  });
});

test('a module that is loaded on demand is missing at ready, and for a method unless the library requests it', () => {
  const code = `window.require('WAWebSetPushnameConnAction').setPushname;`;
  expect(check(code, noPrefetch).stops).toBe('ready');
  const inMethod = check(`window.f = () => { ${code} };`, noPrefetch);
  expect(inMethod).toMatchObject({ stops: null, missing: [{ kind: 'lazy', stops: 'methods' }] });
  const requested = check(`window.f = () => { requireLazy(['WAWebSetPushnameConnAction']); ${code} };`, noPrefetch);
  expect(requested.missing).toEqual([]);
  expect(check(code, '2.3000.1044822804').missing).toEqual([]);
});

test('code for webpack pages stops everything on a build that is not one', () => {
  const code = `window.S = window.mR.findModule('Socket')[0].Socket; window.T = window.mR.findModule('Conn')[0].Conn;`;
  expect(check(code, '2.2412.54')).toMatchObject({ stops: null, missing: [] });
  expect(check(code, october2025).missing.map(({ name }) => name)).toEqual([
    'modules of webpack, read with moduleRaid',
  ]);
});

test('a library that reads _serialized of messages is broken where the field is called $1', () => {
  const code = `window.require('WAWebCollections').Msg.on('add', (msg) => { window.onMessage(msg.id._serialized); });`;
  expect(check(code, october2025).stops).toBeNull();
  expect(check(code, '2.3000.1044822804')).toMatchObject({
    stops: 'probe',
    missing: [{ name: '_serialized of message ids' }],
  });
});

test('a build outside of what is known is marked as a guess', () => {
  expect(check('', '2.3000.9999999999').extrapolated).toBe(true);
});

describe('a build between the last known without a change and the first known with it', () => {
  const inBetween = '2.3000.1032534684';
  const bounds = { after: '2.3000.1024191873', since: '2.3000.1037151346' };

  test('has the older state, and the check names what it rests on', () => {
    const code = `window.require('WAWebApiContact').hasLidMapping();`;
    expect(check(code, inBetween)).toMatchObject({
      stops: null,
      restsOn: [{ name: 'WAWebApiContact.hasLidMapping', ...bounds }],
    });
    expect(check(code, '2.3000.1037151346').restsOn).toEqual([]);
  });

  test('lacks what came later, with the bounds beside it', () => {
    const code = `window.require('WAWebUserPrefsMeUser').getMeUser();`;
    const [missing] = check(code, inBetween).missing;
    expect(missing).toMatchObject({ stops: 'ready', bounds: { since: '2.3000.1037151346' } });
    expect(missing?.history.at(-1)).toMatch(/^Whether build 2\.3000\.1032534684 is older than the change is not known/);
  });
});

describe('a global of the library itself', () => {
  const call = `window.compare('a', 'b');`;

  test('stops ready where the library calls it before it sets it', () => {
    expect(check(`${call} window.compare = (a, b) => a === b;`, october2025)).toMatchObject({
      stops: 'ready',
      missing: [
        { name: 'window.compare', stops: 'ready', certain: true, history: [expect.stringContaining('itself')] },
      ],
    });
  });

  test('stops nothing where it is set before, is no global of the library, or is called in a try', () => {
    expect(check(`window.compare = (a, b) => a === b; ${call}`, october2025).missing).toEqual([]);
    expect(check(call, october2025).missing).toEqual([]);
    expect(check(`try { ${call} } catch {} window.compare = () => {};`, october2025).missing).toEqual([]);
  });
});
