import type { Code } from '../codes/codes.ts';
import type { SeenEvent } from '../contracts/host.ts';
import { Finding } from './finding.ts';

/** Frames of code that puppeteer 18 and 24 put into the page for the library, and frames of the library itself. */
const libraryFrame = /__puppeteer_evaluation_script__|pptr:(evaluate|internal|\/\/)|node_modules\/whatsapp-web\.js\//;

/** True when an error that was seen in the page was thrown by the library's own code, there or in Node. */
export function isFromLibrary({ message, stack }: { message: string; stack: string }): boolean {
  return libraryFrame.test(stack) || libraryFrame.test(message);
}

const rejections: readonly [RegExp, Code][] = [
  [/ENOSPC|EDQUOT|EROFS|EMFILE|ENOMEM|no space left/i, 'harness-error'],
  [/net::ERR_/, 'page-load-failed'],
  [
    /Target (page, context or browser has been )?closed|TargetClose|Session closed|Connection closed|Page crashed/i,
    'browser-died',
  ],
  [/Protocol error|ProtocolError|wasn't found|is not supported/i, 'protocol-error'],
];

const launchRejection =
  /Failed to launch|spawn .*E[A-Z]+|browser process|WS endpoint|Could not find|Browser was not found/i;

/** What a rejected `initialize()` means. */
export function codeOfRejection(message: string, launched: boolean): Code {
  const known = rejections.find(([pattern]) => pattern.test(message))?.[1];
  if (!launched && known !== 'harness-error' && launchRejection.test(message)) return 'browser-launch-failed';
  return known ?? 'initialize-failed';
}

/**
 * What an event means that ends an attempt at once, because waiting for the deadline could not change the result; null for
 * every other event.
 *
 * @param launched whether the browser had started before.
 */
export function findingIn({ type, detail }: SeenEvent, launched: boolean): Finding | null {
  const { message } = (detail ?? {}) as { message: string };
  switch (type) {
    case 'host:error':
      return new Finding(codeOfRejection(message, launched), message);
    case 'client:auth_failure':
      return new Finding('auth-failure', `auth_failure: ${detail}`);
    case 'client:disconnected':
      return new Finding('disconnected', `disconnected: ${detail}`);
    case 'browser:disconnected':
      return new Finding('browser-died', 'the browser ended in the middle of the attempt');
    case 'page:crashed':
      return new Finding('browser-died', `the page crashed: ${message}`);
    case 'page:closed':
      return new Finding('browser-died', 'the page was closed in the middle of the attempt');
    default:
      return null;
  }
}
