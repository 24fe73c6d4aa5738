import { describe, expect, test } from 'vitest';
import type { Need } from '../../src/contracts/needs.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { placesText } from '../../src/surface/page-names.ts';
import { toyClient, toyPackage } from './toy-package.ts';

/** Needs of a page function as short texts: `Module.export use.member stage`. */
function needsOf(pageCode: string): string[] {
  return indexLibrary(toyClient(pageCode)).needs.needs.map(describeNeed);
}

function describeNeed({ places, use, member, throws, guarded, conditional, stage }: Need): string {
  const weight = !throws ? 'kept' : guarded ? 'guarded' : conditional ? 'perhaps' : 'fatal';
  return `${placesText(places)} ${member ? `${use}.${member}` : use} ${weight} ${stage}`;
}

describe('names that page code takes out of modules', () => {
  test('a module that is only kept is not fatal, one of which a member is read is', () => {
    expect(needsOf(`window.a = window.require('A'); window.b = require('B').c;`)).toEqual([
      'A touch kept ready',
      'B touch kept ready',
      'B read.c fatal ready',
      'B.c touch kept ready',
    ]);
  });

  test('an alias on window leads back to the module, also from another function', () => {
    const folder = toyPackage({
      'src/Client.js': `const { Expose } = require('./util/Expose');
class Client {
  async initialize() { await this.pupPage.evaluate(Expose); }
  async me() { return this.pupPage.evaluate(() => window.Store.User.getMe()); }
}`,
      'src/util/Expose.js': `exports.Expose = () => { window.Store = {}; window.Store.User = window.require('Me'); };`,
    });
    const { needs } = indexLibrary(folder).needs;
    expect(needs.find(({ use }) => use === 'call')).toMatchObject({
      places: [{ by: 'name', name: 'Me', export: 'getMe', members: [] }],
      stage: 'method:Client.me',
      file: 'src/Client.js',
      line: 4,
      source: 'window.Store.User.getMe',
    });
    expect(needs[0]).toMatchObject({ file: 'src/util/Expose.js', line: 1, function: 'Expose', stage: 'qr' });
  });

  test('of modules that were spread into one object any may hold the member', () => {
    expect(needsOf(`window.U = { ...window.require('A'), ...window.require('B') }; window.U.f();`)).toContain(
      'f of A or B call fatal ready',
    );
  });

  test('of the two values of a condition either may hold the member', () => {
    const code = `window.f = window.require('A').f ? window.require('A').f : window.require('B').g; window.f();`;
    expect(needsOf(code).filter((need) => need.includes(' call '))).toEqual([
      expect.stringMatching(/^A\.f or B\.g call /),
    ]);
  });

  test('a collection of an object that was assigned together belongs to the module it came from', () => {
    expect(needsOf(`window.S = Object.assign({}, window.require('All')); window.S.Msg.on('add', () => {});`)).toContain(
      'All.Msg read.on fatal ready',
    );
  });

  test('a name that is put together at run time from known texts is found', () => {
    const code = `const wrap = (t) => { const m = window.require(t.module); m[t.name] = () => {}; }; wrap({ module: 'M', name: 'f' });`;
    expect(needsOf(code)).toContain('M assign.f fatal ready');
  });

  test('destructuring reads the members', () => {
    expect(needsOf(`const { Msg } = window.require('C'); Msg.on('add', () => {});`)).toEqual([
      'C touch kept ready',
      'C read.Msg fatal ready',
      'C.Msg touch kept ready',
      'C.Msg read.on fatal ready',
      'C.Msg.on call fatal ready',
    ]);
  });

  test('a moduleRaid query stands for the module that it finds', () => {
    const code = `window.S = window.mR.findModule('Socket')[0].Socket; window.C = window.mR.findModule((m) => m.default && m.default.Chat)[0].default;`;
    expect(needsOf(code)).toEqual(
      expect.arrayContaining([
        'findModule("Socket") read.Socket fatal ready',
        'findModule("default.Chat") read.default fatal ready',
      ]),
    );
  });
});

describe('what keeps an absence from hurting', () => {
  test.each([
    ['optional chaining', `window.require('M')?.f;`],
    ['try and catch', `try { window.require('M').f; } catch { }`],
    ['a test before it', `const m = window.require('M'); if (m) m.f;`],
    ['leaving before it', `const run = () => { const m = window.require('M'); if (!m) return; m.f; }; run();`],
    ['a typeof test', `const m = window.require('M'); if (m && typeof m.f === 'function') { m.f; }`],
    ['an empty object in its place', `(window.require('M') || {}).f;`],
  ])('%s', (_, code) => {
    const needs = needsOf(code).filter((need) => need.startsWith('M read.f'));
    expect(needs.length).toBeGreaterThan(0);
    for (const need of needs) expect(need).toMatch(/ guarded ready$/);
  });

  test('a test of one name says nothing of another', () => {
    expect(needsOf(`const m = window.require('M'); if (window.x) m.f;`)).toContain('M read.f perhaps ready');
  });

  test('the second operand of || is needed only without the first', () => {
    expect(needsOf(`window.require('M').f() || window.require('M').g();`)).toEqual(
      expect.arrayContaining(['M.f call fatal ready', 'M.g call perhaps ready']),
    );
  });
});

describe('when page code runs', () => {
  test('a listener runs later, the call that registers it at once', () => {
    expect(needsOf(`window.require('M').on('add', () => { window.require('N').f(); });`)).toEqual(
      expect.arrayContaining(['M.on call fatal ready', 'N.f call fatal event:add']),
    );
  });

  test('a comparison of builds limits the code below it', () => {
    const code = `if (window.compareWwebVersions(window.Debug.VERSION, '>=', '2.3000.5')) window.require('New').f; else window.require('Old').f;`;
    const { needs } = indexLibrary(toyClient(code)).needs;
    const read = (name: string) => needs.find(({ places, use }) => places[0]?.name === name && use === 'read');
    expect(read('New')).toMatchObject({ since: '2.3000.5', before: null });
    expect(read('Old')).toMatchObject({ since: null, before: '2.3000.5' });
  });

  test('a branch on the page generation belongs to one face of the page', () => {
    const folder = toyPackage({
      'src/Client.js': `class Client {
  async initialize() {
    const isComet = parseInt(version.split('.')[1]) >= 3000;
    if (isComet) await this.pupPage.evaluate(() => window.require('M').f);
    else await this.pupPage.evaluate(() => window.mR.findModule('f')[0].f);
  }
}`,
    });
    const { needs } = indexLibrary(folder).needs;
    expect(needs.filter(({ use }) => use === 'read').map(({ places, faces }) => [places[0]?.name, faces])).toEqual([
      ['M', ['comet']],
      ['f', ['webpack']],
    ]);
  });

  test('a wait is reported with its line and its consequence', () => {
    const folder = toyPackage({
      'src/Client.js': `class Client {
  async initialize() {
    const SEARCH = "[data-icon='search']";
    await this.pupPage.exposeFunction('onSynced', () => { this.emit(Events.AUTHENTICATED); this.emit(Events.READY); });
    await this.pupPage.evaluate(() => { window.require('S').Socket.on('change:hasSynced', () => { window.onSynced(); }); });
    await this.pupPage.waitForSelector(SEARCH);
  }
}`,
    });
    expect(indexLibrary(folder).needs.awaited).toMatchObject([
      { kind: 'event', text: 'S.Socket change:hasSynced', leadsTo: ['authenticated', 'ready'], line: 5 },
      { kind: 'selector', text: "[data-icon='search']", line: 6 },
    ]);
  });
});

test('a folder that is not the library is bad input', () => {
  expect(() => indexLibrary('/nowhere')).toThrow('/nowhere is not a folder of whatsapp-web.js');
});
