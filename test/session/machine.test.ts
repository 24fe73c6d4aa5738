import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf } from '../../src/codes/codes.ts';
import type { SessionFacts } from '../../src/contracts/host.ts';
import { next, repeated } from '../../src/session/machine.ts';
import { newSession, type SessionInput, type SessionState } from '../../src/session/session-state.ts';
import {
  acked,
  anyDriverEvent,
  anyHostEvent,
  anyStop,
  authenticated,
  browserGone,
  confirming,
  connecting,
  crash,
  deadline,
  disconnected,
  drive,
  effectsOfLast,
  exited,
  facts,
  launched,
  libraryError,
  linking,
  loginWritten,
  message,
  numberClaimed,
  opening,
  pageError,
  pairingCode,
  qr,
  ready,
  rejection,
  requestedCode,
  start,
  timed,
  watching,
  well,
  wid,
} from './session-inputs.ts';

const pairing = 'Error: no\n at async Client.requestPairingCode (Client.js:527:16)';
const stop = { type: 'session:stop', cause: 'instance-stopped' } as const;

describe('what ends a session', () => {
  test.each<[string, SessionInput[], { code: string | null; cause: string; said: string | null }]>([
    [
      'auth_failure',
      [timed({ type: 'client:auth_failure', detail: ['no luck'] })],
      end('auth-failure', 'auth-failure', 'no luck'),
    ],
    ['a logout on the phone', [disconnected('LOGOUT')], end('logged-out', 'unlinked')],
    ['an unpaired device', [disconnected('UNPAIRED')], end('logged-out', 'unlinked')],
    ['an idle unpaired device', [disconnected('UNPAIRED_IDLE')], end('logged-out', 'unlinked')],
    ['another tab', [disconnected('CONFLICT')], end('conflict', 'conflict', 'CONFLICT')],
    [
      'terms that a person has not accepted',
      [disconnected('TOS_BLOCK')],
      end('account-restricted', 'account-restricted', 'TOS_BLOCK'),
    ],
    [
      'terms of a business that a person has not accepted',
      [disconnected('SMB_TOS_BLOCK')],
      end('account-restricted', 'account-restricted', 'SMB_TOS_BLOCK'),
    ],
    ['any other disconnection', [disconnected('NAVIGATION')], end('disconnected', 'disconnected', 'NAVIGATION')],
    ['a disconnection without a text', [disconnected(7)], end('disconnected', 'disconnected')],
    ['the end of the browser', [browserGone], end('browser-died', 'browser-died')],
    ['a closed page', [timed({ type: 'page:closed', detail: null })], end('browser-died', 'browser-died')],
    [
      'a crashed page',
      [timed({ type: 'page:crashed', detail: { message: 'oom', stack: '' } })],
      end('browser-died', 'browser-died', 'oom'),
    ],
    ['the end of the host', [exited(3)], end('host-died', 'host-died', 'ended by code 3')],
    ['a host that a signal ended', [exited(null, 'SIGKILL')], end('host-died', 'host-died', 'ended by SIGKILL')],
    ['a host that ended in an unknown way', [exited(null)], end('host-died', 'host-died')],
    [
      'a host that its own error ended',
      [crash('the page said no'), exited(1)],
      end('host-died', 'host-died', 'the page said no'),
    ],
    [
      'a host that an exception ended',
      [timed({ type: 'host:uncaught-exception', detail: { message: 'thrown', stack: '' } }), exited(1)],
      end('host-died', 'host-died', 'thrown'),
    ],
    [
      'auth_failure without a text',
      [timed({ type: 'client:auth_failure', detail: [7] })],
      end('auth-failure', 'auth-failure'),
    ],
    [
      'a host that a refused pairing code ended',
      [crash('no such phone', pairing), exited(1)],
      end('no-code', 'pairing-refused', 'no such phone'),
    ],
    [
      'a refused pairing code',
      [rejection('no such phone', '', 'pairing-code')],
      end('no-code', 'pairing-refused', 'no such phone'),
    ],
    [
      'a refusal in initialize()',
      [rejection('no such phone', pairing)],
      end('no-code', 'pairing-refused', 'no such phone'),
    ],
    [
      'a refusal that the driver got',
      [{ type: 'session:code-refused', message: 'no' }],
      end('no-code', 'pairing-refused', 'no'),
    ],
    [
      'initialize() that rejects',
      [launched, rejection('x is undefined')],
      end('initialize-failed', 'initialize-failed', 'x is undefined'),
    ],
    [
      'a launch that fails',
      [rejection('Failed to launch the browser process!')],
      end('browser-launch-failed', 'browser-launch-failed', 'Failed to launch the browser process!'),
    ],
    [
      'a protocol error',
      [launched, rejection('Protocol error (x)')],
      end('protocol-error', 'initialize-failed', 'Protocol error (x)'),
    ],
    [
      'a browser without its library',
      [{ type: 'session:no-handshake', message: 'Chrome is up' }],
      end('protocol-error', 'initialize-failed'),
    ],
    ['a QR code', [qr()], end('session-lost', 'unlinked')],
    ['a pairing code', [pairingCode], end('session-lost', 'unlinked')],
    [
      'a library that does not load',
      [{ type: 'session:unopened', code: 'library-load-failed', message: 'no' }],
      end('library-load-failed', 'library-failed', 'no'),
    ],
    [
      'a profile that is away',
      [{ type: 'session:unopened', code: 'profile-unavailable', message: 'no' }],
      end(null, 'profile-unavailable', 'no'),
    ],
    ['a bug of the service', [{ type: 'session:failed', message: 'bug' }], end(null, 'service-failed')],
  ])('%s means the same to a canary and to the service', (_, inputs, expected) => {
    for (const policy of [confirming, watching]) {
      expect(drive(policy, start(true), ...inputs).end).toMatchObject(expected);
    }
  });

  test('the service writes down what an attempt ends with, or something finer', () => {
    const finer = new Set(['unlinked', 'pairing-refused']);
    fc.assert(
      fc.property(fc.array(anyHostEvent, { maxLength: 12 }), (events) => {
        const [canary, service] = [watching, confirming].map((policy) => drive(policy, start(true), ...events).end);
        for (const found of [canary, service]) {
          if (!found || !('code' in found) || found.code === null) continue;
          expect(finer.has(found.cause) || causeOf(found.code) === found.cause).toBe(true);
        }
      }),
    );
  });

  test('the same events of a linked session end it by the same code for a canary and for the service', () => {
    fc.assert(
      fc.property(fc.array(anyHostEvent, { maxLength: 12 }), (events) => {
        const ends = [watching, confirming].map((policy) => drive(policy, start(true), ...events).end);
        expect(ends[0]).toEqual(ends[1]);
      }),
    );
  });

  test.each<[string, boolean, SessionInput, string]>([
    ['a dead browser', true, browserGone, 'failed'],
    ['a dead browser', false, browserGone, 'dead'],
    ['a removed device', true, disconnected('LOGOUT'), 'dead'],
    ['a block until the terms are accepted', true, disconnected('TOS_BLOCK'), 'dead'],
    ['a block of a business until the terms are accepted', true, disconnected('SMB_TOS_BLOCK'), 'dead'],
    ['a bug of the service', false, { type: 'session:failed', message: 'bug' }, 'failed'],
  ])('%s with a login that was accepted before: %j', (_, isLinked, input, kind) => {
    expect(drive(confirming, start(isLinked), input).end).toMatchObject({ kind });
  });

  test('a host whose time was over because its lease was not renewed is lost, however it then ends', () => {
    const expired = timed({ type: 'host:expired', detail: null });
    for (const policy of [confirming, watching])
      expect(drive(policy, start(true), expired, browserGone, exited(null, 'SIGKILL')).end).toEqual({ kind: 'lost' });
    expect(drive(watching, start(true), { type: 'flow:leaves' }, expired).end).toBeNull();
  });

  describe('a page of a linked device that leaves by itself before the login is accepted', () => {
    const loaded = timed({ type: 'page:loaded', detail: { url: 'x' } });
    const navigated = (url = 'https://web.whatsapp.com/', main = true) =>
      timed({ type: 'page:navigated', detail: { url, main } });
    const refused = (isLinked: boolean, ...inputs: SessionInput[]) => {
      const found = drive(confirming, start(isLinked), launched, ...inputs).end;
      return found && 'isRefused' in found ? [found.cause, found.isRefused] : found;
    };

    test.each<[string, SessionInput[], [string, boolean]]>([
      ['loads anew and shows a code', [navigated(), loaded, navigated(), qr()], ['unlinked', true]],
      [
        'goes to the address of a logout',
        [navigated(), navigated('https://x/?post_logout=1'), qr()],
        ['unlinked', true],
      ],
      ['ends the library in the middle', [loaded, navigated(), rejection('destroyed')], ['initialize-failed', true]],
      ['is reported as a logout', [loaded, disconnected('LOGOUT')], ['unlinked', true]],
      ['shows a code at once', [navigated(), loaded, qr()], ['unlinked', false]],
      ['loads a frame', [loaded, navigated('x', false), qr()], ['unlinked', false]],
      ['is reported as a logout after the login', [loaded, authenticated, disconnected('LOGOUT')], ['unlinked', false]],
      ['loads anew after the login', [loaded, authenticated, navigated(), qr()], ['unlinked', false]],
    ])('%s', (_, inputs, expected) => {
      expect(refused(true, ...inputs)).toEqual(expected);
    });

    test('means nothing for a link, and nothing by itself', () => {
      expect(refused(false, loaded, navigated(), rejection('x'))).toEqual(['initialize-failed', false]);
      expect(refused(true, loaded, navigated())).toBeNull();
    });
  });

  test('a link that comes to nothing may have been scanned from its first code on, unless its page waits for a scan', () => {
    const mayBeScanned = (...inputs: SessionInput[]) => {
      const found = drive(confirming, start(), ...inputs).end;
      return found && 'mayBeScanned' in found ? found.mayBeScanned : null;
    };
    const unpaired = { state: null, wid: null, socket: 'UNPAIRED' };
    expect(mayBeScanned(browserGone)).toBe(false);
    expect(mayBeScanned(qr(), browserGone)).toBe(true);
    expect(mayBeScanned(qr(), rejection('x'))).toBe(true);
    const left = { ...unpaired, socket: 'OPENING' };
    expect(mayBeScanned(qr(), deadline('link'), facts('link', left))).toBe(true);
    expect(mayBeScanned(qr(), deadline('link'), facts('link', null)), 'no answer').toBe(true);
    expect(mayBeScanned(qr(), deadline('link'), facts('link', unpaired))).toBe(false);
    expect(mayBeScanned(...[qr(), authenticated, loginWritten], browserGone)).toBe(false);
  });

  test.each([
    ['no such phone', '', 'pairing-refused'],
    ['rate-overlimit', 'Error: rate-overlimit', 'pairing-refused'],
    ['this version cannot link with a pairing code', '', 'no-code'],
    ['x.startAltLinkingFlow is not a function', `TypeError: x\n at ${pairing}`, 'no-code'],
    ["Cannot read properties of undefined (reading 'x')", '', 'no-code'],
    ['Evaluation failed: Error: Requiring unknown module "WAWebAltDeviceLinkingApi"', '', 'no-code'],
    ['Requiring module "WAWebAltDeviceLinkingApi" with unresolved dependencies: X', '', 'no-code'],
    ['Evaluation failed: ModuleError', '', 'no-code'],
    ['Evaluation failed: RangeError: Maximum call stack size exceeded', '', 'no-code'],
  ])('a pairing code that fails with %j is of the number or of the version', (message, stack, cause) => {
    const ended = [confirming, watching].map(
      (policy) => drive(policy, start(), rejection(message, stack, 'pairing-code')).end,
    );
    for (const found of ended) expect(found).toMatchObject({ code: 'no-code', cause });
  });

  test('a stop and a lost lease', () => {
    expect(drive(confirming, start(), stop).end).toEqual({ kind: 'closed', cause: 'instance-stopped' });
    expect(drive(confirming, start(), { type: 'session:lease-lost' }).end).toEqual({ kind: 'lost' });
  });

  test('only what nothing can follow ends a session', () => {
    const harmless: SessionInput[] = [
      ...[pageError, message('a', 'x'), acked(2), launched, crash('x')],
      timed({ type: 'client:other', name: 'call', detail: null }),
      timed({ type: 'page:console', detail: { level: 'error', text: 'x' } }),
      timed({ type: 'host:unreadable-event', detail: { said: 'x', why: 'y' } }),
    ];
    for (const policy of [confirming, watching]) expect(drive(policy, start(), ...harmless).end).toBeNull();
  });

  test('the words for the record say what was seen', () => {
    const said = (...inputs: SessionInput[]) => {
      const found = drive(watching, start(true), ...inputs).end;
      return found && 'message' in found ? found.message : null;
    };
    expect(said(disconnected('CONFLICT', 'again'))).toBe('disconnected: CONFLICT,again');
    expect(said(timed({ type: 'client:auth_failure', detail: ['no', 1] }))).toBe('auth_failure: no,1');
    expect(said(timed({ type: 'client:auth_failure', detail: [undefined, { typeof: 'object', text: '{}' }] }))).toBe(
      'auth_failure: ,{}',
    );
    expect(said(exited(1))).toBe('the host process ended by itself (code 1)');
    expect(said(crash('why'), exited(null, 'SIGABRT'))).toBe('the host process ended by itself (SIGABRT): why');
    expect(said(timed({ type: 'page:crashed', detail: { message: 'oom', stack: '' } }))).toBe('the page crashed: oom');
    expect(said(browserGone)).toBe('the browser ended in the middle of the attempt');
    expect(said(timed({ type: 'page:closed', detail: null }))).toBe('the page was closed in the middle of the attempt');
    expect(said(qr())).toBe('a device that was linked asks for a QR code');
  });
});

function end(code: string | null, cause: string, said: string | null = null) {
  return { code, cause, said };
}

describe('a link', () => {
  test('goes from the start over the code and the login to a claimed number', () => {
    expect(drive(confirming, ...connecting)).toMatchObject({
      end: null,
      state: {
        step: 'ready',
        isLinked: true,
        saidReady: true,
        waits: ['watch'],
        asks: [],
        writes: null,
        watched: { wid },
      },
      effects: [
        { do: 'wait', for: 'start', ms: 90 },
        { do: 'free-slot' },
        { do: 'show-code', kind: 'qr', code: 'code-1' },
        { do: 'announce', what: 'code' },
        { do: 'stop-waiting', for: 'start' },
        { do: 'wait', for: 'link', ms: 300 },
        { do: 'wait', for: 'look-at-code', ms: 10 },
        { do: 'write-login' },
        { do: 'announce', what: 'authenticated' },
        { do: 'stop-waiting', for: 'link' },
        { do: 'stop-waiting', for: 'look-at-code' },
        { do: 'wait', for: 'ready', ms: 120 },
        { do: 'ask-page', about: 'ready' },
        { do: 'claim-number', wid, phone: '15550100123' },
        { do: 'stop-waiting', for: 'ready' },
        { do: 'wait', for: 'watch', ms: 30 },
        { do: 'free-slot' },
        { do: 'announce', what: 'connected' },
      ],
    });
  });

  test('of a canary takes the library by its word', () => {
    const { state, effects, end: ended } = drive(watching, start(), qr(), authenticated, ready);
    expect(ended).toBeNull();
    expect(state).toMatchObject({ step: 'ready', isLinked: true, saidAuthenticated: true, saidReady: true });
    expect(effects.map((effect) => effect.do)).not.toContain('write-login');
    expect(effects.filter((effect) => effect.do === 'wait')).toEqual([]);
  });

  test('shows every later code without waiting anew', () => {
    expect(effectsOfLast(confirming, start(), qr(), qr('code-2'))).toEqual([
      { do: 'free-slot' },
      { do: 'show-code', kind: 'qr', code: 'code-2' },
      { do: 'announce', what: 'code' },
    ]);
    expect(drive(confirming, start(), qr(), qr('code-2')).state.qr).toBe('code-2');
  });

  test('by pairing code asks a version for it that shows a QR code, once, and never looks at codes', () => {
    const asked = [start(false, '15550100123'), qr()];
    expect(effectsOfLast(confirming, ...asked)).toEqual([{ do: 'request-code', number: '15550100123' }]);
    expect(effectsOfLast(confirming, ...asked, qr('code-2'))).toEqual([]);
    expect(effectsOfLast(confirming, ...asked, requestedCode)).toEqual([
      { do: 'free-slot' },
      { do: 'show-code', kind: 'pairing', code: 'EFGH5678' },
      { do: 'announce', what: 'code' },
      { do: 'stop-waiting', for: 'start' },
      { do: 'wait', for: 'link', ms: 300 },
    ]);
  });

  test('shows a pairing code that the library gives by itself, asked for or not', () => {
    for (const pairWith of [null, '15550100123'])
      expect(effectsOfLast(confirming, start(false, pairWith), pairingCode)).toContainEqual({
        do: 'show-code',
        kind: 'pairing',
        code: 'ABCD1234',
      });
  });

  test('by pairing code asks no version for it that gives one by itself', () => {
    const { effects, state } = drive(confirming, start(false, '15550100123'), pairingCode, qr());
    expect(effects.map((effect) => effect.do)).not.toContain('request-code');
    expect(state.code).toBe('ABCD1234');
  });

  test('whose flow wants a pairing code asks for it after the QR code, whichever comes first', () => {
    const wants = { type: 'flow:wants-code', number: '1' } as const;
    for (const order of [
      [qr(), wants],
      [wants, qr()],
    ])
      expect(effectsOfLast(watching, start(), ...order)).toEqual([{ do: 'request-code', number: '1' }]);
    expect(effectsOfLast(watching, start(), wants)).toEqual([]);
    expect(effectsOfLast(watching, start(), pairingCode, qr(), wants)).toEqual([]);
  });

  test('a requested code of a linked device is an answer and no lost session', () => {
    expect(drive(watching, start(true), requestedCode).end).toBeNull();
  });

  test('a QR code after the login is a lost session, for a canary after ready', () => {
    expect(drive(confirming, ...linking, qr()).end).toMatchObject({
      code: 'session-lost',
      cause: 'unlinked',
      kind: 'dead',
    });
    expect(drive(watching, start(), qr(), authenticated, qr()).end).toBeNull();
    expect(drive(watching, start(), qr(), authenticated, ready, qr()).end).toMatchObject({ code: 'session-lost' });
  });

  test('a new start of a linked profile remembers it, one without does not', () => {
    const linked = [start(), qr(), authenticated, ready, { type: 'flow:leaves' }] as const;
    expect(drive(watching, ...linked, start(true), qr()).end).toMatchObject({ code: 'session-lost' });
    expect(drive(watching, ...linked, start(false), qr()).end).toBeNull();
  });

  test('the slot of its browser is free at the first code, a lost login and a claimed number', () => {
    const frees = (...inputs: SessionInput[]) =>
      effectsOfLast(confirming, ...inputs).some((effect) => effect.do === 'free-slot');
    expect(frees(start(), qr())).toBe(true);
    expect(frees(start(true), qr())).toBe(true);
    expect(frees(...connecting)).toBe(true);
    expect(frees(...linking)).toBe(false);
  });
});

describe('a login', () => {
  test('is written once, and counts when it is written', () => {
    expect(drive(confirming, start(), qr(), authenticated).state).toMatchObject({ step: 'scanning', isLinked: false });
    expect(effectsOfLast(confirming, start(), authenticated, authenticated)).toEqual([]);
    expect(effectsOfLast(confirming, ...linking, authenticated)).toEqual([]);
    expect(drive(confirming, ...linking).state).toMatchObject({ step: 'authenticated', isLinked: true });
  });

  test('that is not waited for is not accepted', () => {
    expect(drive(confirming, start(), loginWritten).state).toMatchObject({ step: 'starting', isLinked: false });
    expect(drive(confirming, start(), numberClaimed).state).toMatchObject({ step: 'starting', watched: null });
    expect(drive(confirming, ...linking, numberClaimed).state.step).toBe('authenticated');
  });

  test('without an event of its own is written before ready is believed', () => {
    expect(effectsOfLast(confirming, start(), ready)).toEqual([{ do: 'write-login' }]);
    expect(effectsOfLast(confirming, start(), ready, loginWritten)).toEqual([
      { do: 'announce', what: 'authenticated' },
      { do: 'stop-waiting', for: 'start' },
      { do: 'wait', for: 'ready', ms: 120 },
      { do: 'ask-page', about: 'ready' },
    ]);
  });

  test('that is written while ready comes asks the page then', () => {
    expect(effectsOfLast(confirming, start(), authenticated, ready)).toEqual([]);
    expect(effectsOfLast(confirming, start(), authenticated, ready, loginWritten)).toContainEqual({
      do: 'ask-page',
      about: 'ready',
    });
    expect(effectsOfLast(confirming, start(), authenticated, loginWritten)).not.toContainEqual({
      do: 'ask-page',
      about: 'ready',
    });
  });
});

describe('ready', () => {
  test.each([
    ['is not connected', opening],
    ['does not answer', null],
    ['does not know its number', { state: 'CONNECTED', wid: null }],
    ['has a number that is none', { state: 'CONNECTED', wid: 'x@c.us' }],
  ])('of a page that %s is asked again', (_, given) => {
    const asked = [...linking, ready, facts('ready', given)];
    expect(effectsOfLast(confirming, ...asked)).toEqual([{ do: 'wait', for: 'ask-again', ms: 1 }]);
    expect(effectsOfLast(confirming, ...asked, deadline('ask-again'))).toEqual([{ do: 'ask-page', about: 'ready' }]);
  });

  test('that comes again while the number is claimed claims it once', () => {
    const claiming = [...linking, ready, facts('ready', well)];
    expect(effectsOfLast(confirming, ...claiming, ready)).toEqual([]);
    expect(effectsOfLast(confirming, ...claiming, authenticated)).toEqual([]);
  });

  test('comes before authenticated in some versions, which takes nothing back', () => {
    expect(drive(watching, start(), ready, authenticated).state.step).toBe('ready');
    expect(effectsOfLast(watching, start(), ready)).toEqual([{ do: 'announce', what: 'connected' }]);
  });

  test('that comes again changes nothing while the page is asked, and after it was believed', () => {
    expect(effectsOfLast(confirming, ...linking, ready, ready)).toEqual([]);
    expect(effectsOfLast(confirming, ...connecting, ready)).toEqual([]);
    expect(drive(confirming, ...connecting, ready).state.waits).toEqual(['watch']);
  });

  test('that never comes is no-ready, which the service calls ready-timeout', () => {
    expect(drive(confirming, ...linking, deadline('ready'), facts('late-ready', null)).end).toMatchObject({
      kind: 'failed',
      code: 'no-ready',
      cause: 'ready-timeout',
    });
  });

  test.each([
    ['late-start', 'start', start(true), 'start-timeout'],
    ['late-ready', 'ready', linking, 'ready-timeout'],
  ] as const)('%s of a page without a connection is put down to the network', (about, of, before, otherwise) => {
    const inputs = [...(Array.isArray(before) ? before : [before]), deadline(of)];
    const late = (given: SessionFacts | null) => drive(confirming, ...inputs, facts(about, given)).end;
    expect(effectsOfLast(confirming, ...inputs)).toEqual([{ do: 'ask-page', about }]);
    const offline = { state: null, wid: null, socket: 'OPENING' };
    expect(late(offline)).toMatchObject({ kind: 'failed', code: null, cause: 'no-connection' });
    for (const given of [null, { state: null, wid: null, socket: 'CONNECTED' }])
      expect(late(given)).toMatchObject({ kind: 'failed', cause: otherwise });
  });

  test('whose page did not load in time is put down to the network, once there is a browser', () => {
    const late = (...inputs: SessionInput[]) =>
      drive(confirming, start(true), ...inputs, deadline('start'), facts('late-start', null)).end;
    const loaded = timed({ type: 'page:loaded', detail: { url: 'x' } });
    expect(late(launched)).toMatchObject({ kind: 'failed', code: 'page-load-failed', cause: 'page-load-failed' });
    expect(late(launched, loaded)).toMatchObject({ cause: 'start-timeout' });
    expect(late()).toMatchObject({ cause: 'start-timeout' });
  });

  test('that is not believed in time is the same', () => {
    expect(
      drive(confirming, ...linking, ready, facts('ready', opening), deadline('ready'), facts('late-ready', null)).end,
    ).toMatchObject({
      code: 'no-ready',
    });
  });
});

describe('a start', () => {
  test('with neither code nor login ends at its deadline', () => {
    expect(drive(confirming, start(), deadline('start'), facts('late-start', null)).end).toMatchObject({
      kind: 'dead',
      code: null,
      cause: 'start-timeout',
    });
    expect(drive(confirming, start(true), deadline('start'), facts('late-start', null)).end).toMatchObject({
      kind: 'failed',
      cause: 'start-timeout',
    });
  });

  test('that came further is not ended by it', () => {
    expect(drive(confirming, start(), qr(), deadline('start'), facts('late-start', null)).end).toBeNull();
    expect(drive(confirming, ...linking, deadline('start'), facts('late-start', null)).end).toBeNull();
  });

  test('forgets what another start has seen', () => {
    const seen = [start(), launched, qr(), crash('why'), authenticated, ready, browserGone] as const;
    const { state } = drive(watching, ...seen.slice(0, -1), { type: 'flow:leaves' }, browserGone, start(true));
    expect(state).toMatchObject({ step: 'starting', qr: null, crash: null, isLaunched: false, isBrowserGone: false });
    expect(state).toMatchObject({ saidReady: false, saidAuthenticated: false, isUp: true });
  });
});

describe('a code that waits to be scanned', () => {
  const shown = [start(), qr()] as const;
  const idle = { state: null, wid: null, socket: 'UNPAIRED_IDLE' };
  const waits = { state: null, wid: null, socket: 'UNPAIRED' };

  test.each([
    ['waits for a scan', waits, null, 'link-timeout'],
    ['does not answer', null, null, 'link-timeout'],
    ['says nothing of its socket', { state: null, wid: null, socket: null }, null, 'link-timeout'],
    ['is past its codes', { state: null, wid: null, socket: 'OPENING' }, 'no-authenticated', 'authenticated-timeout'],
  ])('whose time is over on a page that %s', (_, given, code, cause) => {
    const late = [...shown, deadline('link')];
    expect(effectsOfLast(confirming, ...late)).toEqual([{ do: 'ask-page', about: 'link' }]);
    expect(drive(confirming, ...late, facts('link', given)).end).toMatchObject({ kind: 'dead', code, cause });
  });

  test('is over when two looks in a row find no code on the page', () => {
    const look = (given: typeof idle) => [deadline('look-at-code'), facts('code', given)];
    expect(effectsOfLast(confirming, ...shown, deadline('look-at-code'))).toEqual([{ do: 'ask-page', about: 'code' }]);
    expect(drive(confirming, ...shown, ...look(idle)).end).toBeNull();
    expect(drive(confirming, ...shown, ...look(idle)).state.waits).toContain('look-at-code');
    expect(drive(confirming, ...shown, ...look(idle), ...look(waits), ...look(idle)).end).toBeNull();
    expect(drive(confirming, ...shown, ...look(idle), ...look(idle)).end).toMatchObject({
      kind: 'dead',
      cause: 'link-timeout',
    });
  });

  test('is asked about for two reasons at once, each of which has its answer', () => {
    const both = [...shown, deadline('look-at-code'), deadline('link')];
    expect(drive(confirming, ...both).state.asks).toEqual(['code', 'link']);
    expect(drive(confirming, ...both, facts('code', waits)).state.asks).toEqual(['link']);
  });

  test('is scanned while the page is asked: the answer counts no more', () => {
    const scanned = [...shown, deadline('link'), authenticated, loginWritten, facts('link', null)];
    expect(drive(confirming, ...scanned).end).toBeNull();
  });
});

describe('a connected session', () => {
  const look = (given: typeof well | null) => [deadline('watch'), facts('watch', given)];

  test('is looked at again and again', () => {
    expect(effectsOfLast(confirming, ...connecting, deadline('watch'))).toEqual([{ do: 'ask-page', about: 'watch' }]);
    expect(effectsOfLast(confirming, ...connecting, ...look(well))).toEqual([{ do: 'wait', for: 'watch', ms: 30 }]);
  });

  test('whose page does not answer twice is hung', () => {
    expect(drive(confirming, ...connecting, ...look(null)).end).toBeNull();
    expect(drive(confirming, ...connecting, ...look(null), ...look(null)).end).toMatchObject({
      kind: 'failed',
      code: null,
      cause: 'page-hung',
    });
  });

  test('that is not connected three times is disconnected', () => {
    const twice = [...connecting, ...look(opening), ...look(opening)];
    expect(drive(confirming, ...twice).end).toBeNull();
    expect(drive(confirming, ...twice, ...look(opening)).end).toMatchObject({
      kind: 'failed',
      code: 'disconnected',
      cause: 'disconnected',
    });
  });

  test('that did not report a text of its phone is deaf when the text still waited', () => {
    const missed = { type: 'session:missed-probe', probe: 'p' } as const;
    expect(effectsOfLast(confirming, ...connecting, missed)).toEqual([{ do: 'end-probe', probe: 'p' }]);
    expect(effectsOfLast(confirming, ...linking, missed)).toEqual([]);
    const deaf = drive(confirming, ...connecting, missed, { type: 'session:deaf' });
    expect(deaf.end).toMatchObject({ kind: 'failed', code: 'probe-message', cause: 'session-deaf' });
    expect(deaf.effects).toContainEqual({ do: 'announce', what: 'deaf' });
  });
});

test('texts, acks, versions and builds are handed on', () => {
  const heard = message('a', 'x');
  expect(effectsOfLast(confirming, start(), heard)).toEqual([
    { do: 'hear', message: 'secret' in heard ? heard.secret : null },
  ]);
  expect(effectsOfLast(confirming, start(), acked(2))).toMatchObject([{ do: 'acknowledge', message: { ack: 2 } }]);
  const versions = { installed: '1.34.7', loaded: '1.24.0' };
  expect(effectsOfLast(confirming, start(), timed({ type: 'library:loaded', detail: versions }))).toEqual([
    { do: 'keep-versions', versions },
  ]);
  const build = (said: string | null) =>
    effectsOfLast(confirming, start(), timed({ type: 'page:build', detail: said }));
  expect(build('2.3000.1')).toEqual([{ do: 'keep-build', build: '2.3000.1' }]);
  expect(build(null)).toEqual([{ do: 'keep-build', build: null }]);
  expect(build('<b>')).toEqual([{ do: 'keep-build', build: null }]);
});

test('a new session is neither linked nor paired, unless its driver says that it is linked', () => {
  expect(newSession(watching)).toMatchObject({ isLinked: false, isPairing: false, isUp: false, end: null });
  expect(newSession(watching, true).isLinked).toBe(true);
});

test('the library is loaded when the host says so, or the driver that compared it with the disk', () => {
  const loaded = timed({ type: 'host:loaded', detail: { version: null, packages: [], node: 'v24' } });
  const compared = timed({ type: 'library:loaded', detail: { installed: '1.34.7', loaded: null } });
  for (const event of [loaded, compared]) expect(drive(watching, start(), event).state.isLoaded).toBe(true);
  expect(effectsOfLast(watching, start(), loaded)).toEqual([]);
});

test('a canary learns how far its client came', () => {
  const { state } = drive(
    watching,
    start(),
    timed({ type: 'host:loaded', detail: { version: null, packages: [], node: 'v24' } }),
    launched,
    timed({ type: 'page:loaded', detail: { url: 'x' } }),
    timed({ type: 'client:remote_session_saved', detail: null }),
  );
  expect(state).toMatchObject({ isLoaded: true, isLaunched: true, isPageLoaded: true, isSaved: true });
  expect(drive(watching, start()).state).toMatchObject({
    isLoaded: false,
    isLaunched: false,
    isPageLoaded: false,
    isSaved: false,
  });
});

describe('an error of the library in the page', () => {
  const grace = [{ do: 'wait', for: 'error-grace', ms: 5 }];
  const waitsForQr = { type: 'flow:waits', phase: 'qr' } as const;
  const waitsForReady = { type: 'flow:waits', phase: 'ready' } as const;

  test('after the login ends the attempt when ready does not follow soon', () => {
    const failing = [start(), qr(), authenticated, libraryError];
    expect(effectsOfLast(watching, ...failing)).toEqual(grace);
    expect(drive(watching, ...failing, waitsForReady, deadline('error-grace')).end).toMatchObject({
      code: 'no-ready',
      message: 'TypeError: x',
    });
    expect(drive(watching, ...failing, waitsForReady, ready, deadline('error-grace')).end).toBeNull();
  });

  test('after the login counts once the flow waits for ready, however late that is', () => {
    const failing = [start(), qr(), authenticated, libraryError, deadline('error-grace')];
    const elsewhere = [...failing, { type: 'flow:waits', phase: 'message' } as const];
    expect(drive(watching, ...elsewhere).end).toBeNull();
    expect(drive(watching, ...elsewhere, waitsForReady).end).toMatchObject({ code: 'no-ready' });
    expect(drive(watching, ...elsewhere, ready, waitsForReady).end).toBeNull();
  });

  test('while the flow waits for a QR code ends it when none follows', () => {
    const failing = [start(), waitsForQr, libraryError];
    expect(drive(watching, ...failing, deadline('error-grace')).end).toMatchObject({ code: 'no-qr' });
    const followed = [...failing, { type: 'flow:waits', phase: null } as const, deadline('error-grace')];
    expect(drive(watching, ...followed).end).toBeNull();
    // The next error has a grace of its own.
    expect(effectsOfLast(watching, ...followed, waitsForQr, libraryError)).toEqual(grace);
  });

  test('counts once until its grace is over', () => {
    expect(effectsOfLast(watching, start(), authenticated, libraryError, libraryError)).toEqual([]);
  });

  test.each<[string, SessionInput[]]>([
    ['at another moment', [start(), libraryError]],
    ['of WhatsApp Web itself', [start(), authenticated, pageError]],
    ['after ready', [start(), authenticated, ready, libraryError]],
    ['of a client that is left', [start(), authenticated, { type: 'flow:leaves' }, libraryError]],
    ['while the link may end', [start(), authenticated, { type: 'flow:expects-disconnect' }, libraryError]],
  ])('%s has no consequence', (_, inputs) => {
    expect(effectsOfLast(watching, ...inputs)).toEqual([]);
  });

  test('has no consequence in the service, which waits for its deadline', () => {
    expect(effectsOfLast(confirming, ...linking, libraryError)).toEqual([]);
    expect(drive(confirming, ...linking, libraryError, deadline('error-grace')).end).toBeNull();
    expect(drive(confirming, ...linking, libraryError).state.grace).toBeNull();
  });

  test.each<[string, SessionInput]>([
    ['a flow that leaves', { type: 'flow:leaves' }],
    ['a new link', { type: 'flow:links-anew' }],
    ['a new start', start()],
    ['ready', ready],
    ['an end', stop],
  ])('is forgotten by %s', (_, input) => {
    const { effects, state } = drive(watching, start(), authenticated, libraryError, input);
    expect(effects).toContainEqual({ do: 'stop-waiting', for: 'error-grace' });
    expect(state).toMatchObject({ grace: null, waits: [] });
  });
});

describe('a link that the flow ends', () => {
  const unlinked = [start(), qr(), authenticated, ready, { type: 'flow:unlinks' }] as const;

  test.each<[string, SessionInput[], { reason: string | null; followedBy: string | null }]>([
    ['says why', [disconnected('LOGOUT')], { reason: 'LOGOUT', followedBy: null }],
    ['says why and shows another code', [disconnected('LOGOUT'), qr()], { reason: 'LOGOUT', followedBy: 'code' }],
    [
      'says why and closes its browser',
      [disconnected('LOGOUT'), browserGone],
      { reason: 'LOGOUT', followedBy: 'closed' },
    ],
    [
      'closes its browser and then says why',
      [browserGone, disconnected('NAVIGATION')],
      { reason: 'NAVIGATION', followedBy: 'closed' },
    ],
    ['shows another code without a word', [qr(), disconnected('LOGOUT')], { reason: null, followedBy: null }],
    [
      'closes its browser after another code',
      [disconnected('LOGOUT'), qr(), browserGone],
      { reason: 'LOGOUT', followedBy: 'code' },
    ],
    [
      'shows a code after it closed its browser',
      [disconnected('LOGOUT'), browserGone, qr()],
      { reason: 'LOGOUT', followedBy: 'closed' },
    ],
    ['gives no reason', [disconnected()], { reason: '', followedBy: null }],
  ])('by a library that %s', (_, inputs, parting) => {
    const { state, end: ended } = drive(watching, ...unlinked, ...inputs);
    expect(ended).toBeNull();
    expect(state.parting).toEqual(parting);
  });

  test('has no code of the link before', () => {
    expect(drive(watching, ...unlinked).state).toMatchObject({ qr: null, isLinked: false });
  });

  test('of which the flow only expects the end keeps its code, and another code is no parting', () => {
    const expecting = [start(), qr(), { type: 'flow:expects-disconnect' }] as const;
    expect(drive(watching, ...expecting).state.qr).toBe('code-1');
    expect(drive(watching, ...expecting, qr('code-2')).state.parting).toBeNull();
    expect(drive(watching, ...expecting, disconnected('CONFLICT')).state.parting).toMatchObject({ reason: 'CONFLICT' });
  });

  test('can be followed by another, which is watched like the first', () => {
    const again = [...unlinked, disconnected('LOGOUT'), qr(), { type: 'flow:links-anew' }] as const;
    const { state } = drive(watching, ...again);
    expect(state).toMatchObject({
      step: 'scanning',
      parting: null,
      mayDisconnect: false,
      isUnlinked: false,
      qr: 'code-1',
    });
    expect(state).toMatchObject({ saidAuthenticated: false, saidReady: false });
    expect(drive(watching, ...again, authenticated, ready, qr()).end).toMatchObject({ code: 'session-lost' });
    expect(drive(watching, ...again, browserGone).end).toMatchObject({ code: 'browser-died' });
  });

  test('is no linked device, whatever it says while it ends', () => {
    expect(drive(watching, ...unlinked, ready).state.isLinked).toBe(false);
    expect(drive(watching, ...unlinked, rejection('x')).end).toBeNull();
    expect(drive(watching, ...unlinked, exited(1)).end).toMatchObject({ code: 'host-died' });
  });
});

describe('a client that is not up', () => {
  test.each<[string, SessionInput]>([
    ['the end of its browser', browserGone],
    ['the end of its host', exited(1)],
    ['a rejection', rejection('x')],
    ['a disconnection', disconnected('LOGOUT')],
    ['a QR code', qr()],
    ['a browser without its library', { type: 'session:no-handshake', message: 'x' }],
  ])('ends by nothing: %s', (_, input) => {
    expect(drive(watching, input).end).toBeNull();
    expect(drive(watching, start(true), { type: 'flow:leaves' }, input).end).toBeNull();
  });

  test('is seen to lose its browser, which a kill waits for', () => {
    expect(drive(watching, start(), { type: 'flow:leaves' }, browserGone).state.isBrowserGone).toBe(true);
    expect(drive(watching, start()).state.isBrowserGone).toBe(false);
  });
});

describe('what may happen only once', () => {
  const found = (...inputs: SessionInput[]) => repeated(drive(watching, start(), ...inputs).state);

  test('one ready and messages with ids of their own are nothing', () => {
    expect(found(ready, message('a', 'same'), message('b', 'same'))).toBeNull();
  });

  test('ready twice is a finding of the phase ready', () => {
    expect(found(ready, ready)).toEqual({ code: 'duplicate-ready', phase: 'ready', message: '`ready` fired 2 times' });
  });

  test('a message with an id that was seen is a finding, as is one with a text that was seen where ids are damaged', () => {
    const twice = { code: 'duplicate-message', phase: 'message', message: '1 `message` events reported a text again' };
    expect(found(message('a', 'x'), message('a', 'y'))).toEqual(twice);
    expect(found(message(undefined, 'x'), message(undefined, 'x'))).toEqual(twice);
    expect(
      found(message({ typeof: 'object', text: '{}' }, 'x'), message({ typeof: 'object', text: '{}' }, 'y')),
    ).toBeNull();
  });

  test('ready twice is reported first, whatever came first', () => {
    expect(found(message('a', 'x'), message('a', 'x'), ready, ready)).toMatchObject({ code: 'duplicate-ready' });
  });

  test('a warning of too many listeners is a finding of no phase, and other warnings are none', () => {
    const warned = (name: string) =>
      timed({ type: 'host:warning', detail: { name, message: '11 listeners', stack: '' } });
    const found11 = { code: 'listener-leak', phase: null, message: '11 listeners' };
    expect(found(ready, warned('MaxListenersExceededWarning'))).toEqual(found11);
    expect(found(warned('MaxListenersExceededWarning'), start(true), ready)).toEqual(found11);
    expect(found(ready, warned('DeprecationWarning'))).toBeNull();
    expect(found(warned('MaxListenersExceededWarning'), ready, ready)).toMatchObject({ code: 'duplicate-ready' });
  });

  test('a client that is started or linked anew may be ready again, and what was found before stays found', () => {
    expect(found(ready, start(true), ready)).toBeNull();
    expect(found(ready, { type: 'flow:links-anew' }, ready)).toBeNull();
    expect(found(ready, ready, start(true), ready)).toMatchObject({ message: '`ready` fired 2 times' });
    expect(found(message('a', 'x'), start(true), message('a', 'x'))).toMatchObject({ code: 'duplicate-message' });
  });

  test('is not counted by the service, whose sessions live for months', () => {
    const warning = { name: 'MaxListenersExceededWarning', message: '11 listeners', stack: '' };
    const twice = [message('a', 'x'), message('a', 'x'), ready, ready];
    const { state } = drive(confirming, start(), ...twice, timed({ type: 'host:warning', detail: warning }));
    expect([state.heard.size, state.repeats, state.mostReadys]).toEqual([0, 0, 0]);
    expect(repeated(state)).toBeNull();
  });
});

/** What the driver of the service says while a session runs. */
const ofTheService = anyDriverEvent.filter(({ type }) => type.startsWith('session:') && type !== 'session:start');

describe('whatever happens, in whatever order', () => {
  const anyInputs = fc.array(
    fc.oneof(
      { arbitrary: anyHostEvent, weight: 8 },
      { arbitrary: anyDriverEvent, weight: 8 },
      { arbitrary: anyStop, weight: 1 },
    ),
    { maxLength: 40 },
  );
  const policies = [confirming, watching];

  test('nothing throws, and an end is final', () => {
    fc.assert(
      fc.property(fc.constantFrom(...policies), anyInputs, (policy, inputs) => {
        let state: SessionState = newSession(policy);
        for (const input of inputs) {
          const after = next(state, input);
          expect(after.end).toBe(after.state.end);
          if (input.type !== 'host:error' && !state.end && after.end && 'message' in after.end)
            expect(after.end.message).not.toBe('');
          if (state.end) expect(after).toEqual({ state, effects: [], end: state.end });
          state = after.state;
        }
      }),
    );
  });

  test('what the service runs has a deadline, a question or a write that leads on, until it ends', () => {
    const running = fc.array(fc.oneof(anyHostEvent, ofTheService), { maxLength: 40 });
    fc.assert(
      fc.property(fc.boolean(), running, (isLinked, inputs) => {
        let { state } = next(newSession(confirming), start(isLinked));
        for (const input of inputs) {
          const after = next(state, input);
          state = after.state;
          const leadsOn = state.waits.length + state.asks.length + (state.writes === null ? 0 : 1);
          expect(state.end !== null || leadsOn > 0, JSON.stringify([...inputs])).toBe(true);
          if (state.end) expect([state.waits, state.asks, state.writes]).toEqual([[], [], null]);
        }
      }),
    );
  });

  test('timers are set and stopped as the state says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...policies), anyInputs, (policy, inputs) => {
        let state: SessionState = newSession(policy);
        const timers = new Set<string>();
        for (const input of inputs) {
          if (input.type === 'session:deadline') timers.delete(input.of);
          const after = next(state, input);
          for (const effect of after.effects) {
            if (effect.do === 'wait') timers.add(effect.for);
            if (effect.do === 'stop-waiting') timers.delete(effect.for);
          }
          state = after.state;
          expect([...timers].sort()).toEqual([...state.waits].sort());
        }
      }),
    );
  });
});
