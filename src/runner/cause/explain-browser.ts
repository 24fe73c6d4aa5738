import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Code } from '../../codes/codes.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { type SeenError, seenErrors } from './seen-errors.ts';

const protocolError = /Protocol error|ProtocolError|wasn't found|is not supported/;
const died = /Target closed|Session closed|Connection closed|Page crashed/;
const codesOfOthers = new Set<Code>(['library-load-failed', 'provenance-mismatch', 'flow-error', 'interrupted']);

/** Errors of puppeteer and the browser, below the library: no frame of the library's page code, none of WhatsApp Web. */
export function explainBrowser({ phase, code, events, library, observed }: FailedAttempt): Explanation | null {
  if (codesOfOthers.has(code)) return null;
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
      code: 'page-load-failed',
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
