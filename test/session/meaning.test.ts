import { describe, expect, test } from 'vitest';
import { codeOfLate, type FlowStep, flowSteps } from '../../src/session/deadlines.ts';
import { codeOfRejection, isFromLibrary, isOfPairing } from '../../src/session/errors.ts';
import { buildOf, connectedAs, hasLeftCodes, isOffline, showsNoCode, waitsForScan } from '../../src/session/facts.ts';
import { look, startWatching } from '../../src/session/watchdog.ts';

describe('a rejected initialize()', () => {
  test.each([
    [false, 'Failed to launch the browser process!', 'browser-launch-failed'],
    [true, 'Failed to launch the browser process!', 'initialize-failed'],
    [false, 'Browser was not found at the configured executablePath (/x)', 'browser-launch-failed'],
    [false, 'spawn /x ENOENT', 'browser-launch-failed'],
    [false, 'Timed out while waiting for the WS endpoint URL', 'browser-launch-failed'],
    [
      false,
      'Tried to find the browser at the configured path (/x), but no executable was found.',
      'browser-launch-failed',
    ],
    [false, 'The browser is already running for /x. Use a different `userDataDir`.', 'browser-launch-failed'],
    [false, 'Missing X server to start the headful browser.', 'browser-launch-failed'],
    [false, "ENOSPC: no space left on device, mkdir '/x'", 'harness-error'],
    [false, 'spawn /x ENOMEM', 'harness-error'],
    [true, 'net::ERR_NAME_NOT_RESOLVED at https://web.whatsapp.com/', 'page-load-failed'],
    [true, 'net::ERR_PROXY_CONNECTION_FAILED at https://web.whatsapp.com/', 'proxy-refused'],
    [true, 'net::ERR_TUNNEL_CONNECTION_FAILED at https://web.whatsapp.com/', 'proxy-refused'],
    [true, 'net::ERR_SOCKS_CONNECTION_FAILED at https://web.whatsapp.com/', 'proxy-refused'],
    [true, 'Protocol error (Runtime.callFunctionOn): Target closed.', 'browser-died'],
    [false, 'Protocol error (Target.setDiscoverTargets): Target closed', 'browser-launch-failed'],
    [false, 'Protocol error (Target.setAutoAttach): Target closed.', 'browser-launch-failed'],
    [true, 'Session closed. Most likely the page has been closed.', 'browser-died'],
    [true, "Protocol error (Page.addScriptToEvaluateOnNewDocument): 'x' wasn't found", 'protocol-error'],
    [true, 'x is not supported', 'protocol-error'],
    [true, 'window.require is not a function', 'initialize-failed'],
    [true, 'auth timeout', 'initialize-failed'],
  ])('launched: %j, %s is %s', (isLaunched, message, code) => {
    expect(codeOfRejection(message, isLaunched)).toBe(code);
  });
});

describe('an error in the page is of the library', () => {
  test.each([
    ['Error: Evaluation failed: TypeError: x\n    at __puppeteer_evaluation_script__:2:9', true],
    ['TypeError: x\n    at pptr:evaluate;Client.inject%20(%2Fa%2FClient.js%3A1%3A2):3:4', true],
    ['TypeError: x\n    at Client.inject (/a/node_modules/whatsapp-web.js/src/Client.js:1:2)', true],
    ['TypeError: x\n    at https://web.whatsapp.com/static/app.js:1:2', false],
  ])('%s: %j', (stack, expected) => {
    expect(isFromLibrary({ message: 'TypeError: x', stack })).toBe(expected);
    // Puppeteer 18 puts the stack into the message.
    expect(isFromLibrary({ message: stack, stack: '' })).toBe(expected);
  });
});

test('an error of the request for a pairing code is known by its stack', () => {
  const stack = 'Error: no\n    at async Client.requestPairingCode (Client.js:527:16)';
  expect(isOfPairing({ message: 'no', stack })).toBe(true);
  expect(isOfPairing({ message: 'requestPairingCode', stack: '' })).toBe(false);
});

describe('the answer of a page', () => {
  test.each([
    [
      { state: 'CONNECTED', wid: '15550100123@c.us' },
      { wid: '15550100123@c.us', phone: '15550100123' },
    ],
    [
      { state: 'CONNECTED', wid: '15550100123:7@c.us' },
      { wid: '15550100123:7@c.us', phone: '15550100123' },
    ],
    [
      { state: 'CONNECTED', wid: '15550100123:12@c.us' },
      { wid: '15550100123:12@c.us', phone: '15550100123' },
    ],
    [{ state: 'OPENING', wid: '15550100123@c.us' }, null],
    [{ state: 'CONNECTED', wid: null }, null],
    [{ state: 'CONNECTED', wid: '123@c.us' }, null],
    [{ state: 'CONNECTED', wid: 'a15550100123@c.us' }, null],
    [{ state: 'CONNECTED', wid: '1234567890123456@c.us' }, null],
    [null, null],
  ])('%j is connected as %j', (facts, connected) => {
    expect(connectedAs(facts)).toEqual(connected);
  });

  test.each([
    ['UNPAIRED', { waits: true, left: false, noCode: false }],
    ['UNPAIRED_IDLE', { waits: true, left: false, noCode: true }],
    ['OPENING', { waits: false, left: true, noCode: false }],
    [null, { waits: false, left: false, noCode: false }],
    [undefined, { waits: false, left: false, noCode: false }],
  ])('with a socket that is %j means %j', (socket, { waits, left, noCode }) => {
    const facts = { state: null, wid: null, ...(socket !== undefined && { socket }) };
    expect([waitsForScan(facts), hasLeftCodes(facts), showsNoCode(facts)]).toEqual([waits, left, noCode]);
  });

  test.each([
    [{ state: 'OPENING', wid: null }, true],
    [{ state: null, wid: null, socket: 'OPENING' }, true],
    [{ state: 'TIMEOUT', wid: null, socket: 'TIMEOUT' }, true],
    [{ state: 'CONNECTED', wid: null, socket: 'CONNECTED' }, false],
    [{ state: 'OPENING', wid: null, socket: 'UNPAIRED' }, false],
    [{ state: null, wid: null, socket: null }, false],
    [null, false],
  ])('%j is without a connection: %j', (facts, expected) => {
    expect(isOffline(facts)).toBe(expected);
  });

  test('that does not come means nothing', () => {
    expect([waitsForScan(null), hasLeftCodes(null), showsNoCode(null)]).toEqual([false, false, false]);
  });

  test.each([
    ['2.3000.1044822804', '2.3000.1044822804'],
    ['2.3000.1044822804-alpha', '2.3000.1044822804-alpha'],
    ['2.3000.1; <b>', null],
    ['2'.repeat(64), '2'.repeat(64)],
    ['2'.repeat(65), null],
    ['', null],
    [null, null],
  ])('%j as its build is %j', (said, build) => {
    expect(buildOf(said)).toBe(build);
  });
});

describe('a watchdog', () => {
  const wid = '15550100123@c.us';
  const well = { state: 'CONNECTED', wid };
  const opening = { state: 'OPENING', wid };
  const noNumber = { state: 'CONNECTED', wid: null };

  function looks(...facts: (typeof well | typeof noNumber | null)[]) {
    let watched = startWatching(wid);
    return facts.map((given) => {
      const seen = look(watched, given);
      watched = seen.watched;
      return seen.trouble;
    });
  }

  test.each([
    ['a session that is well is left alone', [well, well, well], [null, null, null]],
    ['a page that does not answer twice in a row is hung', [null, null], [null, 'page-hung']],
    ['one slow answer is forgiven', [null, well, null, well], [null, null, null, null]],
    ['a reconnect is forgiven', [opening, opening, well, opening, opening], [null, null, null, null, null]],
    ['three looks without a connection', [opening, opening, opening], [null, null, 'disconnected']],
    ['another number, or none, is not believed', [noNumber, noNumber, noNumber], [null, null, 'disconnected']],
    [
      'a slow answer between says nothing of the connection',
      [opening, null, opening, opening],
      [null, null, null, 'disconnected'],
    ],
  ])('%s', (_, facts, troubles) => {
    expect(looks(...facts)).toEqual(troubles);
  });
});

describe('a deadline that has passed', () => {
  const far = { isLoaded: true, hasBrowser: true };

  test.each<[FlowStep, string]>([
    ['page', 'page-load-failed'],
    ['qr', 'no-qr'],
    ['code', 'no-code'],
    ['scan', 'harness-error'],
    ['authenticated', 'no-authenticated'],
    ['ready', 'no-ready'],
    ['probe', 'probe-state'],
    ['message', 'message-lost'],
    ['sent', 'send-failed'],
    ['ack', 'no-ack'],
    ['disconnected', 'no-disconnected'],
    ['saved', 'not-saved'],
    ['close', 'close-failed'],
    ['launch', 'browser-launch-failed'],
  ])('for %s means %s', (what, code) => {
    expect(codeOfLate(what, far)).toBe(code);
  });

  test('for a launch depends on how far it came, for nothing else', () => {
    expect(codeOfLate('launch', { isLoaded: true, hasBrowser: false })).toBe('initialize-failed');
    expect(codeOfLate('launch', { isLoaded: false, hasBrowser: false })).toBe('library-load-failed');
    expect(codeOfLate('ready', { isLoaded: false, hasBrowser: false })).toBe('no-ready');
  });

  test('of a step counts from the scan or the page where ready is timed from there', () => {
    expect(
      Object.entries(flowSteps)
        .filter(([, { since }]) => since.length > 0)
        .map(([what]) => what),
    ).toEqual(['authenticated', 'ready']);
    expect(flowSteps.ready).toMatchObject({ ms: 5_000, since: ['scan', 'page'] });
  });
});
