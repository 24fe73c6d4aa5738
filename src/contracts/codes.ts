import type { Blame } from './outcome.ts';

interface CodeEntry {
  /** What happened, as one sentence. */
  what: string;
  /** Whose fault it is unless the cause proves another. */
  blame: Blame;
  /** What a person does about it. */
  todo: string;
}

/**
 * Every code that an attempt can end with. A code names what happened; why it happened is the attempt's cause.
 * `infra` outcomes use the codes with blame `harness`, except `provenance-mismatch`, `replica-stub-called` and `flow-error`,
 * which are findings.
 */
export const codes = {
  'library-install-failed': {
    what: 'The library could not be installed from its lockfile.',
    blame: 'harness',
    todo: 'Read the message; check disk and registry; run `wwebjs-canary library verify`.',
  },
  'library-load-failed': {
    what: 'Requiring the library threw.',
    blame: 'library',
    todo: 'Read the error; the release does not load on this Node.',
  },
  'provenance-mismatch': {
    what: 'The library that was asked for, installed, loaded or named in error stacks is not the same version everywhere.',
    blame: 'harness',
    todo: 'Find the second copy (the frames name its file) and remove it before blaming a version.',
  },
  'browser-launch-failed': {
    what: 'The browser did not start.',
    blame: 'browser',
    todo: 'Run `wwebjs-canary doctor`; read the browser output in the evidence.',
  },
  'browser-died': {
    what: 'The browser ended in the middle of the attempt.',
    blame: 'browser',
    todo: 'Look at the memory of the machine and at the browser output in the evidence.',
  },
  'protocol-error': {
    what: 'The library’s puppeteer and the browser do not understand each other.',
    blame: 'browser',
    todo: 'Use a browser that this puppeteer supports.',
  },
  'page-load-failed': {
    what: 'The page of WhatsApp Web did not load.',
    blame: 'network',
    todo: 'Check network and certificate; on the replica, report a bug of the harness.',
  },
  'initialize-failed': {
    what: '`client.initialize()` rejected.',
    blame: 'library',
    todo: 'Read the cause: it names the module or export that this build does not offer.',
  },
  'no-qr': {
    what: 'No QR code came before the deadline.',
    blame: 'library',
    todo: 'Read the page errors in the evidence.',
  },
  'no-code': {
    what: 'No pairing code came before the deadline, or the library cannot ask for one.',
    blame: 'library',
    todo: 'Read the page errors in the evidence; link with a QR code instead.',
  },
  'qr-rejected': {
    what: 'The phone refused the QR code or the pairing code that the library gave out.',
    blame: 'library',
    todo: 'The evidence says which field is wrong; this library version builds QR codes that phones do not take.',
  },
  'no-authenticated': {
    what: 'The QR code was scanned and `authenticated` never came.',
    blame: 'library',
    todo: 'This version does not notice the link on this build; choose the nearest one that does.',
  },
  'no-ready': {
    what: '`authenticated` came and `ready` never did.',
    blame: 'library',
    todo: 'Read the cause: it names the module or export that this build does not offer.',
  },
  'auth-failure': {
    what: 'The library reported an authentication failure.',
    blame: 'account',
    todo: 'Read the message of the event; link the account again.',
  },
  disconnected: {
    what: 'The library reported a disconnection in the middle of the flow.',
    blame: 'library',
    todo: 'Read the reason of the event and the navigations in the evidence.',
  },
  'probe-state': {
    what: 'After `ready`, `getState()` was not CONNECTED.',
    blame: 'library',
    todo: 'Do not trust `ready` of this version on this build.',
  },
  'probe-wid': {
    what: 'After `ready`, the client’s own number was missing or wrong.',
    blame: 'library',
    todo: 'The phone number is not captured: do not deploy this version on this build.',
  },
  'probe-message': {
    what: 'After `ready`, a message from the phone did not arrive as a proper `message` event.',
    blame: 'library',
    todo: 'The session is deaf or its messages are damaged: do not deploy this version on this build.',
  },
  'probe-build': {
    what: 'The page that was loaded is not the build that was asked for.',
    blame: 'harness',
    todo: 'Look for a stale web version cache or a wrong target.',
  },
  'duplicate-ready': {
    what: '`ready` fired more than once for one start or one link.',
    blame: 'library',
    todo: 'Whatever you do on `ready` is done twice: guard it, or use a version that fires it once.',
  },
  'duplicate-message': {
    what: 'One message was told more than once.',
    blame: 'library',
    todo: 'A bot answers it twice: drop messages whose id you have seen, or use a version that tells it once.',
  },
  'message-lost': {
    what: 'A text never arrived at the other side: as a `message` event, or at the phone.',
    blame: 'library',
    todo: 'Do not trust this version with messages on this build; read the page errors in the evidence.',
  },
  'send-failed': {
    what: '`sendMessage()` rejected, or answered without the id of a message.',
    blame: 'library',
    todo: 'Read the error; this version cannot send on this build.',
  },
  'no-ack': {
    what: 'The text was sent, and `message_ack` never told that it was delivered or read.',
    blame: 'library',
    todo: 'Do not wait for acks with this version on this build.',
  },
  'no-disconnected': {
    what: 'The device was unlinked, and the library never fired `disconnected`.',
    blame: 'library',
    todo: 'Watch `getState()` and further `qr` events yourself: this version does not notice that it was logged out.',
  },
  'memory-growth': {
    what: 'The memory of library and browser grew beyond the slope that the flow allows.',
    blame: 'library',
    todo: 'Run a longer soak to confirm it; plan restarts, or use another version.',
  },
  'not-saved': {
    what: 'The authentication strategy never said that it saved the session.',
    blame: 'library',
    todo: 'Read the errors of the host in the evidence: with this strategy a restart would cost the session.',
  },
  'session-lost': {
    what: 'A linked device asked for a QR code again after a restart.',
    blame: 'library',
    todo: 'Do not deploy: every restart would cost sessions. Read the navigations and storage events in the evidence.',
  },
  'constraint-violation': {
    what: 'A unique constraint of the account table reached the user.',
    blame: 'harness',
    todo: 'Read the history of the account: two active rows of the same number were not superseded.',
  },
  'close-failed': {
    what: 'The client could not be closed in time.',
    blame: 'library',
    todo: 'Processes were ended by the harness; expect leaks with this version.',
  },
  'host-died': {
    what: 'The process that runs the library ended by itself.',
    blame: 'library',
    todo: 'Read the unhandled rejection or exit code in the evidence: this version takes the Node process down.',
  },
  'replica-stub-called': {
    what: 'The library called something that the replica only has by name.',
    blame: 'harness',
    todo: 'Not a verdict on the library: implement the export in `src/replica/page`.',
  },
  'flow-error': {
    what: 'The flow itself threw an error that is not a finding.',
    blame: 'harness',
    todo: 'Correct the flow file.',
  },
  'harness-error': {
    what: 'The harness or the machine failed.',
    blame: 'harness',
    todo: 'Read the message; the attempt says nothing about the library.',
  },
  interrupted: {
    what: 'The run was interrupted while the attempt was under way.',
    blame: 'harness',
    todo: 'Run it again.',
  },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
