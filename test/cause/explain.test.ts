import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { explain, explainMismatch } from '../../src/cause/explain.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { toyClient, toyPackage } from '../surface/toy-package.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { pageError, toyFailure } from './toy-failure.ts';

beforeAll(() => void vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder()));
afterAll(() => void vi.unstubAllEnvs());

// Line 7 of src/Client.js is the first line of the page code, line 2 of the page function.
const site = (column: number) => `pptr://__puppeteer_evaluation_script__:2:${column}`;
const calls = `window.User = window.require('WAWebUserPrefsMeUser'); window.User.getMeUser();`;
const columnOfCall = calls.lastIndexOf('getMeUser') + 1;
const error = pageError('TypeError: window.User.getMeUser is not a function', site(columnOfCall));

describe('an error in the page', () => {
  test('leads to the line of the library, the missing name and the build that removed it', () => {
    const { cause, blame } = explain(toyFailure(toyClient(calls), { events: [error] }));
    expect(blame).toBe('web-build');
    expect(cause).toMatchObject({
      message: expect.stringContaining('build 2.3000.1029241508 has no getMeUser in WAWebUserPrefsMeUser'),
      module: 'WAWebUserPrefsMeUser',
      export: 'getMeUser',
      libraryFile: 'src/Client.js',
      libraryLine: 7,
    });
    expect(cause?.evidence.join('\n')).toContain('removed in 2.3000.1026498050');
  });

  test('is the fault of the library when no known build ever had the name', () => {
    const code = `window.require('WAWebUserPrefsMeUser').getMeSoon();`;
    const seen = pageError(
      'TypeError: window.require(...).getMeSoon is not a function',
      site(code.indexOf('getMeSoon') + 1),
    );
    const { cause, blame } = explain(toyFailure(toyClient(code), { events: [seen] }));
    expect(blame).toBe('library');
    expect(cause?.evidence.join('\n')).toContain('No known build up to 2.3000.1029241508 offers');
  });

  test('is explained by the history of names alone where the build is not known', () => {
    const { cause, blame } = explain(toyFailure(toyClient(calls), { events: [error], surface: null }));
    expect(blame).toBe('web-build');
    expect(cause?.message).toContain('the page had no getMeUser');
  });

  test('is not mapped to a line that does not say what the error says', () => {
    const other = pageError('TypeError: window.User.getHisUser is not a function', site(columnOfCall));
    const { cause } = explain(toyFailure(toyClient(calls), { events: [other] }));
    expect(cause).toMatchObject({ message: 'ready did not end within 5000 ms' });
    expect(cause).not.toHaveProperty('libraryLine');
  });

  test('of the page itself explains nothing', () => {
    const own = pageError('TypeError: x is undefined', 'main (https://web.whatsapp.com/app.js:1:1)');
    expect(explain(toyFailure(toyClient(calls), { events: [own] })).blame).toBeNull();
  });

  test('counts more after authenticated than before', () => {
    const early = { ...pageError('TypeError: window.User.getMeUser is not a function', site(columnOfCall)), at: 5 };
    const code = `${calls} window.require('WAWebUserPrefsMeUser').getMeSoon();`;
    const late = pageError(
      'TypeError: window.require(...).getMeSoon is not a function',
      site(code.indexOf('getMeSoon') + 1),
    );
    const events = [early, { at: 50, type: 'client:authenticated', detail: null }, late];
    expect(explain(toyFailure(toyClient(code), { events })).cause?.export).toBe('getMeSoon');
  });
});

describe('something that only the replica can be blamed for', () => {
  test('a stub that was called is no verdict on the library', () => {
    const events = [
      { at: 1, type: 'replica:stub-called', detail: { module: 'WAWebWid', export: 'create' } },
      pageError('Error: replica: WAWebWid.create is only a name here', site(1)),
    ];
    const result = explain(toyFailure(toyClient(calls), { events }));
    expect(result).toMatchObject({ code: 'replica-stub-called', blame: 'harness', cause: { module: 'WAWebWid' } });
  });

  test('a call that failed at a stub is no verdict on the library, and neither is what did not happen after a stub', () => {
    const stub = { at: 1, type: 'replica:stub-called', detail: { module: 'WAWebWid', export: 'create' } };
    const failed = {
      at: 2,
      type: 'host:call-failed',
      detail: { method: 'forward', message: 'replica: WAWebWid.create is only a name here', stack: '' },
    };
    const harness = { code: 'replica-stub-called', blame: 'harness' };
    expect(explain(toyFailure(toyClient(calls), { code: 'call-failed', events: [stub, failed] }))).toMatchObject(
      harness,
    );
    for (const code of ['no-effect', 'no-event', 'no-ack', 'message-lost'] as const) {
      expect(explain(toyFailure(toyClient(calls), { code, events: [stub] }))).toMatchObject(harness);
      expect(explain(toyFailure(toyClient(calls), { code, events: [] })).blame).toBeNull();
    }
  });

  test.each([
    ['before the call that is waited for', 'no-effect', 199, null],
    ['when the call that is waited for began', 'no-effect', 200, 'harness'],
    ['during the wait', 'no-event', 4_000, 'harness'],
    ['while an earlier text was sent', 'message-lost', 150, null],
    ['while the lost text was sent', 'message-lost', 210, 'harness'],
    ['before the text whose ack is missing', 'no-ack', 1, null],
    ['after the text whose ack is missing', 'no-ack', 230, 'harness'],
    ['during the wait for what ends with an error of its own', 'call-failed', 230, null],
  ] as const)('a stub %s, whose error the library swallowed: %s', (_, code, at, blame) => {
    const stub = { at, type: 'replica:stub-called', detail: { module: 'WAWebWid', export: 'create' } };
    expect(explain(toyFailure(toyClient(calls), { code, actedMs: 200, events: [stub] })).blame).toBe(blame);
  });

  test('of calls that failed, the last one leads to the line of the library', () => {
    const detail = (error.detail ?? {}) as object;
    const before = { at: 1, type: 'host:call-failed', detail: { method: 'pin', message: 'no', stack: '' } };
    const last = { at: 2, type: 'host:call-failed', detail: { method: 'forward', ...detail } };
    const { cause, blame } = explain(toyFailure(toyClient(calls), { code: 'call-failed', events: [before, last] }));
    expect(blame).toBe('web-build');
    expect(cause).toMatchObject({ export: 'getMeUser', libraryLine: 7 });
  });

  test.each([
    [133_333_400, 'Protocol error (Runtime.callFunctionOn): Target closed', 'library'],
    [1_000, 'Protocol error (Runtime.callFunctionOn): Target closed', null],
    [133_333_400, 'File (video) size = 100000002 exceeds limit of 67108864', null],
  ])('arguments of %i characters that end in "%s" are the fault of %s', (argumentLength, message, blame) => {
    const detail = { method: 'sendMessage', argumentLength, message, stack: message };
    const events = [
      { at: 1, type: 'browser:disconnected', detail: null },
      { at: 2, type: 'host:call-failed', detail },
    ];
    const explained = explain(toyFailure(toyClient(calls), { code: 'browser-died', events, phase: 'call' }));
    expect(explained.blame).toBe(blame);
    if (blame)
      expect(explained).toMatchObject({
        code: 'call-failed',
        cause: { message: expect.stringContaining('133333400 bytes') },
      });
  });

  test('a stub that was called without harm is not the cause', () => {
    const events = [{ at: 1, type: 'replica:stub-called', detail: { module: 'WAWebWid', export: 'create' } }, error];
    expect(explain(toyFailure(toyClient(calls), { events })).code).toBeUndefined();
  });
});

describe('a page that cannot open its storage', () => {
  // As seen when the profile of a running browser is removed.
  const lost = pageError('UnknownError: Internal error opening backing store for indexedDB.open.');
  const unlinked = { at: 50, type: 'client:disconnected', detail: ['LOGOUT'] };
  const folder = () =>
    toyPackage({
      'src/Client.js': 'class Client {}',
      'src/authStrategies/LocalAuth.js': 'class LocalAuth {\n  async logout() { await rm(this.userDataDir); }\n}',
    });

  test('after an unlink leads to the line of the library that removes the profile', () => {
    const failure = toyFailure(folder(), { phase: 'qr', code: 'no-qr', events: [unlinked, lost] });
    const { cause, blame } = explain(failure);
    expect(cause).toMatchObject({
      message: expect.stringContaining('the page could not open its storage: UnknownError: Internal error'),
      libraryFile: 'src/authStrategies/LocalAuth.js',
      libraryLine: 2,
    });
    expect(cause?.evidence.join(' ')).toContain('removes the profile of the running browser');
    expect(blame).toBe('library');
  });

  test('without an unlink blames nothing', () => {
    const { cause, blame } = explain(toyFailure(folder(), { phase: 'qr', code: 'no-qr', events: [lost] }));
    expect(cause).toMatchObject({ message: expect.stringContaining('could not open its storage') });
    expect(cause).not.toHaveProperty('libraryFile');
    expect(blame).toBeNull();
  });
});

describe('an error in Node', () => {
  const strategy = (body: string) =>
    toyPackage({
      'src/Client.js': `class Client {\n  async initialize() {\n    const { failed } = await this.authStrategy.onAuthenticationNeeded();\n  }\n}`,
      'src/authStrategies/BaseAuthStrategy.js': `class BaseAuthStrategy {\n  async onAuthenticationNeeded() {${body}}\n}`,
    });
  const failure = (folder: string) => {
    const message = "Cannot destructure property 'failed' of '(intermediate value)' as it is undefined.";
    const stack = `TypeError: ${message}\n    at Client.initialize (${folder}/src/Client.js:3:13)`;
    const events = [{ at: 1, type: 'host:error', detail: { during: 'initialize', message, stack } }];
    return toyFailure(folder, { phase: 'qr', code: 'initialize-failed', events });
  };

  test('names the call that gave nothing', () => {
    const { cause, blame } = explain(failure(strategy('return {};')));
    expect(cause).toMatchObject({ libraryFile: 'src/Client.js', libraryLine: 3 });
    expect(cause?.message).toContain('the auth strategy returned nothing from onAuthenticationNeeded()');
    expect(blame).toBe('harness');
  });

  test('in a copy that was not asked for is read in that copy, behind the mismatch', () => {
    const folder = strategy('return {};');
    const asked = { ...failure(folder), library: { packageDir: toyClient(''), version: '9.9.9' } };
    const cause = explainMismatch('9.9.9 was asked for; 0.0.1 was loaded', asked);
    expect(cause).toMatchObject({ message: '9.9.9 was asked for; 0.0.1 was loaded', libraryLine: 3 });
    expect(cause.evidence[0]).toContain('the auth strategy returned nothing');
    expect(cause.evidence.join('\n')).toContain('whatsapp-web.js 0.0.1 src/Client.js:3');
  });
});

describe('no error at all', () => {
  const waits = (selector: string) =>
    toyPackage({
      'src/Client.js': `class Client {
  async initialize() {
    await this.pupPage.exposeFunction('onQr', (qr) => { this.emit(Events.QR_RECEIVED, qr); });
    await this.pupPage.evaluate(() => { window.onQr('qr'); });
    await this.pupPage.waitForSelector("${selector}");
    this.emit(Events.AUTHENTICATED);
  }
}`,
    });
  const noAuthenticated = {
    phase: 'authenticated',
    code: 'no-authenticated',
    observed: 'authenticated did not come',
  } as const;

  test('an icon that the build does not have is the cause', () => {
    const { cause, blame } = explain(toyFailure(waits("[data-icon='search']"), noAuthenticated));
    expect(cause?.message).toContain("`[data-icon='search']` never appears on build 2.3000.1029241508");
    expect(cause).toMatchObject({ libraryFile: 'src/Client.js', libraryLine: 5 });
    expect(blame).toBe('web-build');
  });

  test('where nothing is proven the cause is what was seen, and the evidence is what is waited for', () => {
    const { cause, blame } = explain(toyFailure(waits('#pane'), noAuthenticated));
    expect(cause).toEqual({
      message: 'authenticated did not come',
      evidence: ['0.0.1 waits for `#pane` (src/Client.js:5).'],
    });
    expect(blame).toBeNull();
  });
});

describe('below the library', () => {
  const rejected = (message: string) => {
    const stack = `${message}\n    at Connection.send (/srv/node_modules/puppeteer-core/lib/cjs/puppeteer/common/Connection.js:1:1)`;
    return [{ at: 1, type: 'host:error', detail: { during: 'initialize', message, stack } }];
  };
  const launch = { phase: 'launch', code: 'initialize-failed' } as const;

  test('an error of the protocol is the browser’s', () => {
    const events = rejected("ProtocolError: Protocol error (Target.setAutoAttach): 'filter' wasn't found");
    expect(explain(toyFailure(toyClient(''), { ...launch, events }))).toMatchObject({
      code: 'protocol-error',
      blame: 'browser',
    });
  });

  test('an error of the network is the network’s', () => {
    const events = rejected('net::ERR_NAME_NOT_RESOLVED at https://web.whatsapp.com/');
    const result = explain(toyFailure(toyClient(''), { ...launch, events }));
    expect(result).toMatchObject({ code: 'page-load-failed', blame: 'network' });
  });
});

describe('a line that means another module on pages of webpack', () => {
  const folder = () =>
    toyPackage({
      'src/Client.js': `class Client {
  async initialize() {
    const isComet = parseInt(version.split('.')[1]) >= 3000;
    if (isComet) await this.pupPage.evaluate(() => { window.User = window.require('WAWebUserPrefsMeUser'); });
    else await this.pupPage.evaluate(() => { window.User = window.mR.findModule('getMaybeMeUser')[0]; });
    await this.pupPage.evaluate(() => {
      window.User.getMaybeMePnUser();
    });
  }
}`,
    });
  const events = [
    pageError(
      'TypeError: window.User.getMaybeMePnUser is not a function',
      'pptr://__puppeteer_evaluation_script__:2:19',
    ),
  ];

  test.each([
    ['2.2412.54', undefined, 'in the module that moduleRaid finds as "getMaybeMeUser"'],
    ['2.3000.1014111620', 'WAWebUserPrefsMeUser', 'no getMaybeMePnUser in WAWebUserPrefsMeUser'],
  ])('%s', (build, module, words) => {
    const { cause } = explain(toyFailure(folder(), { events, surface: resolveSurface(build) }));
    expect(cause).toMatchObject({
      libraryLine: 7,
      export: 'getMaybeMePnUser',
      message: expect.stringContaining(words),
    });
    expect(cause?.module).toBe(module);
  });

  test('a page without require is distinguished from one without a module', () => {
    const code = `window.require('WAWebWid');`;
    const at = '/srv/node_modules/whatsapp-web.js/src/Client.js:6:33';
    const seen = pageError(
      'TypeError: window.require is not a function',
      `evaluate (evaluate at Client.initialize (${at}), <anonymous>:1:7)`,
    );
    const { cause, blame } = explain(
      toyFailure(toyClient(code), { events: [seen], surface: resolveSurface('2.2412.54') }),
    );
    expect(cause?.message).toContain('build 2.2412.54 is made with webpack and has no window.require');
    expect(blame).toBe('library');
  });
});
