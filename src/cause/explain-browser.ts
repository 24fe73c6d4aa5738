import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Code } from '../codes/codes.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { isOfType, type SeenError, seenErrors } from './seen-errors.ts';

const protocolError = /Protocol error|ProtocolError|wasn't found|is not supported/;
const died = /Target closed|Session closed|Connection closed|Page crashed/;
const codesOfOthers = new Set<Code>(['library-load-failed', 'provenance-mismatch', 'flow-error', 'interrupted']);

/** Bytes of the longest DevTools message that Chromium takes: at a longer one it ends the connection, and the browser runs on. */
const longestMessage = 100 * 1024 * 1024;
const failedCall = z.object({ method: z.string(), argumentLength: z.number(), message: z.string() });

/** A call whose arguments are too long for Chromium. What they are longer than is base64, of a character each byte. */
function explainLongMessage(events: FailedAttempt['events']): Explanation | null {
  for (const { detail } of events.filter(isOfType('host:call-failed'))) {
    const call = failedCall.safeParse(detail).data;
    if (!call || call.argumentLength <= longestMessage || !died.test(call.message)) continue;
    const { method, argumentLength } = call;
    const message = `the library sent the ${argumentLength} bytes of the arguments of ${method}() to the browser in one DevTools message, and Chromium ends the connection at more than ${longestMessage}`;
    return {
      cause: { message, evidence: [`\`${method}()\` rejected: ${call.message}`] },
      blame: 'library',
      code: 'call-failed',
    };
  }
  return null;
}

/** Errors of puppeteer and the browser, below the library: no frame of the library's page code, none of WhatsApp Web. */
export function explainBrowser({ phase, code, events, library, observed }: FailedAttempt): Explanation | null {
  if (codesOfOthers.has(code)) return null;
  const tooLong = explainLongMessage(events);
  if (tooLong) return tooLong;
  const error = seenErrors(events).find(isPuppeteers);
  if (!error && code === 'protocol-error' && observed) {
    return { cause: { message: observed, evidence: puppeteerSentence(library.packageDir) }, blame: 'browser' };
  }
  if (!error) return null;
  const evidence = [`\`initialize()\` rejected: ${error.headline}`, ...puppeteerSentence(library.packageDir)];
  const network = /net::(ERR_\w+)/.exec(error.headline)?.[1];
  if (network)
    return {
      cause: { message: `the page did not load: ${network}`, evidence },
      blame: 'network',
      code: code === 'proxy-refused' ? code : 'page-load-failed',
    };
  const timedOut = /Timed out after waiting (\d+)ms/.exec(error.headline)?.[1];
  if (timedOut && phase === 'launch') {
    const message = `the browser started, and puppeteer waited ${timedOut} ms in vain for its first page`;
    return { cause: { message, evidence }, blame: 'browser', code: 'protocol-error' };
  }
  if (died.test(error.headline)) return { cause: { message: error.headline, evidence }, blame: 'browser' };
  if (!protocolError.test(error.headline)) return null;
  return { cause: { message: error.headline, evidence }, blame: 'browser', code: 'protocol-error' };
}

/** Thrown by puppeteer itself: `initialize()` rejected with an error that no page code threw. */
function isPuppeteers({ type, frames, headline }: SeenError): boolean {
  if (type !== 'host:error' || frames.some(({ kind }) => kind === 'page')) return false;
  const thrower = frames.find((frame) => frame.kind === 'node');
  return /^net::/.test(headline) || (thrower?.kind === 'node' && /\/puppeteer(-core)?\//.test(thrower.file));
}

/** For which browser the library's puppeteer is made, as its own `revisions.js` says. */
function puppeteerSentence(packageDir: string): string[] {
  for (const folder of [join(packageDir, '..'), join(packageDir, 'node_modules')]) {
    try {
      const core = join(folder, 'puppeteer-core');
      const { version } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as { version: string };
      const revisions = readFileSync(join(core, 'lib/cjs/puppeteer/revisions.js'), 'utf8');
      const made = /chrom(?:e|ium): '([\d.]+)'/.exec(revisions)?.[1];
      const browser = made?.includes('.') ? `Chrome ${made}` : `Chromium revision ${made}`;
      return made ? [`The library's puppeteer-core is ${version}, made for ${browser}.`] : [];
    } catch {
      // not there: the next folder, or nothing to say
    }
  }
  return [];
}
