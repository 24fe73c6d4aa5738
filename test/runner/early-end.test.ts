import { describe, expect, test } from 'vitest';
import { codeOfRejection, findingIn, isFromLibrary } from '../../src/runner/early-end.ts';

describe('a rejected initialize()', () => {
  test.each([
    [false, 'Failed to launch the browser process!', 'browser-launch-failed'],
    [false, 'Browser was not found at the configured executablePath (/x)', 'browser-launch-failed'],
    [false, "ENOSPC: no space left on device, mkdir '/x'", 'harness-error'],
    [true, 'net::ERR_NAME_NOT_RESOLVED at https://web.whatsapp.com/', 'page-load-failed'],
    [true, 'Protocol error (Runtime.callFunctionOn): Target closed.', 'browser-died'],
    [true, "Protocol error (Page.addScriptToEvaluateOnNewDocument): 'x' wasn't found", 'protocol-error'],
    [true, 'window.require is not a function', 'initialize-failed'],
    [true, 'auth timeout', 'initialize-failed'],
  ])('launched: %j, %s is %s', (launched, message, code) => {
    expect(codeOfRejection(message, launched)).toBe(code);
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
  });
});

test('only events that nothing can follow end an attempt', () => {
  const at = 0;
  expect(findingIn({ at, type: 'client:disconnected', detail: ['LOGOUT'] }, true)?.code).toBe('disconnected');
  expect(findingIn({ at, type: 'client:auth_failure', detail: ['no'] }, true)?.code).toBe('auth-failure');
  expect(findingIn({ at, type: 'page:closed', detail: null }, true)?.code).toBe('browser-died');
  expect(findingIn({ at, type: 'page:error', detail: { message: '', stack: '' } }, true)).toBeNull();
  expect(findingIn({ at, type: 'page:console', detail: { level: 'error', text: '' } }, true)).toBeNull();
});
