import type { Code } from '../codes/codes.ts';
import type { PlainError } from '../contracts/host-events.ts';

/** Frames of code that puppeteer 18 and 24 put into the page for the library, and frames of the library itself. */
const libraryFrame = /__puppeteer_evaluation_script__|pptr:(evaluate|internal|\/\/)|node_modules\/whatsapp-web\.js\//;

/** True when an error that was seen in the page was thrown by the library's own code, there or in Node. */
export function isFromLibrary({ message, stack }: PlainError): boolean {
  return libraryFrame.test(stack) || libraryFrame.test(message);
}

const rejections: readonly [RegExp, Code][] = [
  [/ENOSPC|EDQUOT|EROFS|EMFILE|ENOMEM|no space left/i, 'harness-error'],
  [/net::ERR_(PROXY|TUNNEL|SOCKS|MANDATORY_PROXY|UNEXPECTED_PROXY)/, 'proxy-refused'],
  [/net::ERR_/, 'page-load-failed'],
  [
    /Target (page, context or browser has been )?closed|TargetClose|Session closed|Connection closed|Page crashed/i,
    'browser-died',
  ],
  [/Protocol error|ProtocolError|wasn't found|is not supported/i, 'protocol-error'],
];

/** What puppeteer 18 and 24 say when they cannot start a browser. */
const launchRejection =
  /Failed to launch|spawn .*E[A-Z]+|browser process|WS endpoint|Could not find|Browser was not found|Tried to find the browser|browser is already running|Missing X server/i;

/**
 * What a rejected `initialize()` means.
 *
 * @param isLaunched whether the browser had started before.
 */
export function codeOfRejection(message: string, isLaunched: boolean): Code {
  const known = rejections.find(([pattern]) => pattern.test(message))?.[1];
  // Over a pipe the end of a browser that never was up is a closed target.
  const isOfLaunch = known === 'browser-died' || (known !== 'harness-error' && launchRejection.test(message));
  return !isLaunched && isOfLaunch ? 'browser-launch-failed' : (known ?? 'initialize-failed');
}

/** True when the library threw while it asked for a pairing code. 1.33.2 to 1.34.7 ask by themselves and do not wait, so that the error ends the process. */
export function isOfPairing({ stack }: PlainError): boolean {
  return /\brequestPairingCode\b/.test(stack);
}

/** Errors of a program: a version that asks the page for what it does not have, also where the loader of the page names the module. */
const ofProgram =
  /(Type|Reference|Syntax|Range|Module)Error|Requiring (unknown )?module|is not a function|is not defined|Cannot read|cannot link with/;

/** Why there is no pairing code: WhatsApp refuses the number, or the version cannot ask for one. */
export function causeOfNoCode({ message, stack }: PlainError): 'pairing-refused' | 'no-code' {
  return ofProgram.test(message) || ofProgram.test(stack) ? 'no-code' : 'pairing-refused';
}
