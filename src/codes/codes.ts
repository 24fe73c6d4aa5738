import type { blames, phases, retries } from './words.ts';

interface Entry {
  /** What happened, as one sentence. */
  what: string;
  /** Whose fault it is unless the cause proves another; null where it is no fault. */
  blame: (typeof blames)[number] | null;
  /** The phase in which it happens; null where it can be any. */
  phase: (typeof phases)[number] | null;
  /** What a person does about it; null where nothing has to be done. */
  todo: string | null;
  /** `docs/runbooks` has a page of this name. */
  hasRunbook?: true;
}

/** A code that only attempts of canaries end with. */
interface AttemptEntry extends Entry {
  in: 'attempts';
  blame: (typeof blames)[number];
  todo: string;
  /** The code under which the service writes the same thing down. */
  cause?: string;
  /** The harness is to blame, and it is a finding all the same: a folder, a replica or a flow has to be corrected. */
  isFinding?: true;
}

/** A code that only the service writes: why the status of an account changed, or why a session is started. */
interface SessionEntry extends Entry {
  in: 'sessions';
  /** When the service starts the session again by itself. */
  retry: (typeof retries)[number];
}

/** A code of both. */
interface SharedEntry extends Entry {
  in: 'both';
  blame: (typeof blames)[number];
  /** Where the service has fewer moving parts than the matrix: whose fault it is there. */
  blameInService?: (typeof blames)[number];
  retry: (typeof retries)[number];
  todo: string;
}

/**
 * Every code: what happened to an attempt, an account or a session. A code names what happened; why it happened is the
 * attempt's cause. The keys are values of reports, tables and metrics: they never change. `docs/codes.md` and the list of causes in
 * `docs/service.md` are generated from this table.
 */
export const codes = {
  'library-install-failed': {
    what: 'The library could not be installed from its lockfile.',
    blame: 'harness',
    phase: 'install',
    in: 'attempts',
    cause: 'library-failed',
    todo: 'Read the message; check disk and registry; run `wwebjs-canary library verify`.',
  },
  'library-load-failed': {
    what: 'Requiring the library threw.',
    blame: 'library',
    phase: 'launch',
    in: 'attempts',
    cause: 'library-failed',
    todo: 'Read the error; the release does not load on this Node.',
  },
  'provenance-mismatch': {
    what: 'The library that was asked for, installed, loaded or named in error stacks is not the same version everywhere.',
    blame: 'harness',
    phase: 'launch',
    in: 'attempts',
    isFinding: true,
    todo: 'Find the second copy (the frames name its file) and remove it before blaming a version.',
  },
  'browser-launch-failed': {
    what: 'The browser did not start.',
    blame: 'browser',
    // The browser of an instance is the same for every version and account.
    blameInService: 'machine',
    phase: 'launch',
    in: 'both',
    retry: 'endless',
    todo: 'Run `wwebjs-canary doctor`; read what the browser wrote, in the evidence or in the log.',
  },
  'browser-died': {
    what: 'The browser ended by itself.',
    blame: 'browser',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Look at the memory of the machine and at the browser output in the evidence.',
  },
  'protocol-error': {
    what: 'The library’s puppeteer and the browser do not understand each other.',
    blame: 'browser',
    phase: 'launch',
    in: 'attempts',
    cause: 'initialize-failed',
    todo: 'Use a browser that this puppeteer supports.',
  },
  'condition-not-shown': {
    what: 'The browser does not react to the condition of the cell, so the attempt shows nothing of it.',
    blame: 'harness',
    phase: 'launch',
    in: 'attempts',
    todo: 'Choose a browser that does: for `locked-profile` and `profile-in-use` an installed one, as `--browser chromium`.',
  },
  'page-load-failed': {
    what: 'The page of WhatsApp Web did not load.',
    blame: 'network',
    phase: 'page',
    in: 'both',
    retry: 'endless',
    todo: 'Check network and certificate; on the replica, report a bug of the harness.',
  },
  'proxy-refused': {
    what: 'The proxy refused the connection, or was not there.',
    blame: 'network',
    phase: 'page',
    in: 'both',
    retry: 'endless-with-attention',
    todo: 'Check the address and the credentials of the proxy; restore the account when the proxy works.',
  },
  'initialize-failed': {
    what: '`client.initialize()` rejected.',
    blame: 'library',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Read the cause: it names the module or export that this build does not offer.',
  },
  'no-qr': {
    what: 'No QR code came before the deadline.',
    blame: 'library',
    phase: 'qr',
    in: 'attempts',
    cause: 'start-timeout',
    todo: 'Read the evidence: the errors of the page where it had any, else what the library still waited for.',
  },
  'no-code': {
    what: 'No pairing code came before the deadline, or the library cannot ask for one.',
    blame: 'library',
    phase: 'code',
    in: 'both',
    retry: 'after-login',
    todo: 'Read the evidence; link with a QR code instead.',
  },
  'qr-rejected': {
    what: 'The phone refused the QR code or the pairing code that the library gave out.',
    blame: 'library',
    phase: 'scan',
    in: 'attempts',
    todo: 'The evidence says which field is wrong; this library version builds QR codes that phones do not take.',
  },
  'passkey-required': {
    what: 'The account has a passkey, and the page could not prove that it holds it.',
    blame: 'account',
    phase: 'scan',
    in: 'attempts',
    todo: 'Link in a browser that has the passkey, or with an account without one; no library version changes this.',
    hasRunbook: true,
  },
  'account-restricted': {
    what: 'WhatsApp restricts the account: it is blocked until its person accepts the terms, its phone links no device, or it may not write to new contacts.',
    blame: 'account',
    phase: null,
    in: 'both',
    // A start while the server blocks the account is one more reason to ban it.
    retry: 'never',
    todo: 'Open WhatsApp on the phone: accept the terms where it asks for that, else wait until it no longer shows the restriction, or use another account.',
    hasRunbook: true,
  },
  'account-banned': {
    what: 'WhatsApp has banned the account, for a time or for good.',
    blame: 'account',
    phase: 'scan',
    in: 'attempts',
    todo: 'Ask for a review on the phone, or use another account.',
    hasRunbook: true,
  },
  'not-scanned': {
    what: 'On the live site: no phone took the code before the deadline.',
    blame: 'harness',
    phase: 'scan',
    in: 'attempts',
    todo: 'Have the phone at hand before you start, or let a command take the code: `--on-code`.',
  },
  'no-authenticated': {
    what: 'The QR code was scanned and `authenticated` never came.',
    blame: 'library',
    phase: 'authenticated',
    in: 'attempts',
    cause: 'authenticated-timeout',
    todo: 'This version does not notice the link on this build; choose the nearest one that does.',
  },
  'no-ready': {
    what: '`authenticated` came and `ready` never did.',
    blame: 'library',
    phase: 'ready',
    in: 'attempts',
    cause: 'ready-timeout',
    todo: 'Read the cause: it names the module or export that this build does not offer.',
  },
  'auth-failure': {
    what: 'The library reported an authentication failure.',
    blame: 'account',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Read the message of the event; link the account again.',
  },
  disconnected: {
    what: 'The library reported an unexpected disconnection.',
    blame: 'library',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Read the reason of the event and the navigations in the evidence.',
  },
  conflict: {
    what: 'Another tab or browser with the same profile took the connection.',
    blame: 'account',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Close the other browser: one profile has one. `takeoverOnConflict` of the library takes the connection back.',
    hasRunbook: true,
  },
  'logged-out': {
    what: 'The device was logged out, by its phone or by WhatsApp: the library reported `LOGOUT` or `UNPAIRED`.',
    blame: 'account',
    phase: null,
    in: 'attempts',
    todo: 'Look on the phone whether it still lists the device; read the navigations in the evidence. Link the account again.',
    hasRunbook: true,
  },
  'phone-offline': {
    what: 'WhatsApp logged the device out, and its phone was not opened for 14 days.',
    blame: 'account',
    phase: null,
    in: 'attempts',
    todo: 'Open WhatsApp on the phone at least once a week; link the account again (docs/live.md).',
    hasRunbook: true,
  },
  'limit-reached': {
    what: 'The policy of live accounts did not allow the attempt, or a call of it.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    todo: 'Wait until the time in the message; the limits keep numbers from being banned (docs/live.md).',
    hasRunbook: true,
  },
  'lease-lost': {
    what: 'Another machine took the live account, or the lease was not renewed in time.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    todo: 'Check that the machine is not overloaded and reaches the database.',
    hasRunbook: true,
  },
  'probe-state': {
    what: 'After `ready`, `getState()` was not CONNECTED.',
    blame: 'library',
    phase: 'probe',
    in: 'attempts',
    todo: 'Do not trust `ready` of this version on this build.',
  },
  'probe-wid': {
    what: 'After `ready`, the client’s own number was missing or wrong.',
    blame: 'library',
    phase: 'probe',
    in: 'attempts',
    todo: 'The phone number is not captured: do not deploy this version on this build.',
  },
  'probe-message': {
    what: 'After `ready`, a message from the phone did not arrive as a proper `message` event.',
    blame: 'library',
    phase: 'probe',
    in: 'attempts',
    cause: 'session-deaf',
    todo: 'The session is deaf or its messages are damaged: do not deploy this version on this build.',
  },
  'probe-build': {
    what: 'The page that was loaded is not the build that was asked for.',
    blame: 'harness',
    phase: 'probe',
    in: 'attempts',
    todo: 'Look for a stale web version cache or a wrong target.',
  },
  'duplicate-ready': {
    what: '`ready` fired more than once for one start or one link.',
    blame: 'library',
    phase: 'ready',
    in: 'attempts',
    todo: 'Whatever you do on `ready` is done twice: guard it, or use a version that fires it once.',
  },
  'duplicate-message': {
    what: 'One message was reported more than once.',
    blame: 'library',
    phase: 'message',
    in: 'attempts',
    todo: 'A bot answers it twice: drop messages whose id you have seen, or use a version that reports it once.',
  },
  'message-lost': {
    what: 'A text never arrived at the other side: as a `message` event, or at the phone.',
    blame: 'library',
    phase: 'message',
    in: 'attempts',
    todo: 'Do not trust this version with messages on this build; the evidence says how far the text came.',
  },
  'send-failed': {
    what: '`sendMessage()` rejected, or answered without the id of a message.',
    blame: 'library',
    phase: 'message',
    in: 'attempts',
    todo: 'Read the error; this version cannot send on this build.',
  },
  'call-failed': {
    what: 'A method that a flow called rejected, or did not answer in time.',
    blame: 'library',
    phase: 'call',
    in: 'attempts',
    todo: 'Read the error; do not use this method with this version on this build.',
  },
  'no-effect': {
    what: 'A method resolved, and what it is for did not happen on the phone, at the peer or on the server.',
    blame: 'library',
    phase: 'call',
    in: 'attempts',
    todo: 'Do not trust this method with this version on this build: it reports a success that there is not.',
  },
  'no-event': {
    what: 'An event of the library that a flow waited for did not come.',
    blame: 'library',
    phase: 'call',
    in: 'attempts',
    todo: 'Do not rely on this event with this version on this build; the evidence says what the phone did.',
  },
  'no-ack': {
    what: 'The text was sent, and `message_ack` never reported that it was delivered or read.',
    blame: 'library',
    phase: 'message',
    in: 'attempts',
    todo: 'Do not wait for acks with this version on this build.',
  },
  'no-disconnected': {
    what: 'The device was unlinked, and the library never fired `disconnected`.',
    blame: 'library',
    phase: 'disconnected',
    in: 'attempts',
    todo: 'Watch `getState()` and further `qr` events yourself: this version does not notice that it was logged out.',
  },
  'memory-growth': {
    what: 'The library’s process or its page keeps more memory with every round than the flow allows.',
    blame: 'library',
    phase: null,
    in: 'attempts',
    todo: 'Run a longer soak to confirm it; plan restarts, or use another version.',
  },
  'listener-leak': {
    what: 'Listeners were added again and again to one event: Node warned with `MaxListenersExceededWarning`.',
    blame: 'library',
    phase: null,
    in: 'attempts',
    todo: 'Read the warning in the evidence: it names the event. Every listener does its work again and keeps what it refers to.',
  },
  'not-saved': {
    what: 'The authentication strategy never said that it saved the session.',
    blame: 'library',
    phase: 'saved',
    in: 'attempts',
    todo: 'Read the errors of the host in the evidence: with this strategy a restart would cost the session.',
  },
  'session-lost': {
    what: 'A linked device asked for a QR code again after a restart.',
    blame: 'library',
    phase: 'qr',
    in: 'attempts',
    cause: 'unlinked',
    todo: 'Do not deploy: every restart would cost sessions. Read the navigations and storage events in the evidence.',
  },
  'constraint-violation': {
    what: 'A unique constraint of the account table reached the user.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    todo: 'Read the history of the account: two active rows of the same number were not superseded.',
  },
  'close-failed': {
    what: 'The client could not be closed in time.',
    blame: 'library',
    phase: 'close',
    in: 'attempts',
    todo: 'Processes were ended by the harness; expect leaks with this version.',
  },
  'host-died': {
    what: 'The process that runs the library ended by itself.',
    blame: 'library',
    phase: null,
    in: 'both',
    retry: 'after-login',
    todo: 'Read the unhandled rejection or exit code in the evidence: this version takes the Node process down.',
  },
  'replica-stub-called': {
    what: 'The library called something that the replica only has by name.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    isFinding: true,
    todo: 'Not a verdict on the library: implement the export in `src/replica/page`.',
  },
  'flow-error': {
    what: 'The flow itself threw an error that is not a finding.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    isFinding: true,
    todo: 'Correct the flow file.',
  },
  'harness-error': {
    what: 'The harness or the machine failed.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    cause: 'machine-failed',
    todo: 'Read the message; the attempt says nothing about the library.',
  },
  interrupted: {
    what: 'The run was interrupted while the attempt was under way.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    todo: 'Run it again.',
  },
  'worker-lost': {
    what: 'The worker that made the attempt was lost: it stopped renewing its lock.',
    blame: 'harness',
    phase: null,
    in: 'attempts',
    todo: 'Nothing where another worker has made it again; else look at the worker: killed, out of memory, or cut off from the queue.',
  },
  'link-asked': {
    what: 'A link was requested.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  scanned: {
    what: 'The code was scanned, or the saved login was accepted.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  ready: {
    what: 'The library reported `ready`, and the page is connected.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  superseded: {
    what: 'The same number was linked again in the workspace.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'other-number': {
    what: 'The code was scanned with a phone that has another number than the link asked for.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: 'Scan with the phone that the link names, or start a link without a number.',
  },
  'link-timeout': {
    what: 'No code was scanned in time.',
    blame: null,
    phase: 'scan',
    in: 'sessions',
    retry: 'never',
    todo: 'Start another link.',
  },
  'authenticated-timeout': {
    what: 'The page left its codes, so one was scanned, and the login never came.',
    blame: 'library',
    phase: 'authenticated',
    in: 'sessions',
    retry: 'never',
    todo: 'This version does not notice the link on this build; choose the nearest one that does.',
  },
  'logout-asked': {
    what: 'A logout was requested.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'delete-asked': {
    what: 'The deletion of the account was requested.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'restore-asked': {
    what: 'A restoration was requested.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'owner-lost': {
    what: 'The instance that ran the session died or lost its lease.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'instance-stopped': {
    what: 'The instance that ran the session shut down gracefully.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  moved: {
    what: 'The session moved to another instance: its own one drains, or had more than its share of the sessions.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  rollout: {
    what: 'The rollout moved the account to another library version.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  control: {
    what: 'A rollout restarted the session on its present version, for comparison with the other one.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  unlinked: {
    what: 'The login is gone: the device was removed on the phone, or its profile is lost.',
    blame: 'account',
    phase: 'qr',
    in: 'sessions',
    retry: 'never',
    todo: 'Link the account again.',
  },
  'fault-over': {
    what: 'A session with the same failure became ready, so the circuit breaker closed by itself.',
    blame: null,
    phase: null,
    in: 'sessions',
    retry: 'never',
    todo: null,
  },
  'machine-failed': {
    what: 'The machine could not run the session: its disk is full, or it has no memory, processes or open files left.',
    blame: 'machine',
    phase: 'launch',
    in: 'sessions',
    retry: 'endless',
    todo: 'Read the message in the log; run `wwebjs-canary doctor` on the machine of the instance.',
  },
  'no-connection': {
    what: 'The page was open and did not reach the servers of WhatsApp.',
    blame: 'network',
    phase: null,
    in: 'sessions',
    retry: 'endless',
    todo: 'Check the network of the machine, and the proxy of the account.',
  },
  'page-hung': {
    what: 'The page no longer answered.',
    blame: 'library',
    phase: null,
    in: 'sessions',
    retry: 'after-login',
    todo: 'Look at the memory and the load of the machine.',
  },
  'shared-host-died': {
    what: 'The process that several sessions share ended by itself, and which of them caused it is not known.',
    blame: 'library',
    phase: null,
    in: 'sessions',
    retry: 'endless',
    todo: 'Read the message in the log. Each of these sessions has a process of its own next, so the one that caused it ends alone as `host-died`.',
  },
  'session-deaf': {
    what: 'A canary account: its phone had a message, and the session reported none.',
    blame: 'library',
    phase: 'probe',
    in: 'sessions',
    retry: 'after-login',
    todo: 'Do not trust `ready` of this version; roll it back.',
  },
  'pairing-refused': {
    what: 'WhatsApp gave no pairing code for the number: it may have no WhatsApp, or have asked for too many.',
    blame: 'account',
    phase: 'code',
    in: 'sessions',
    retry: 'after-login',
    todo: 'Check the number; link with a QR code instead.',
  },
  'ready-timeout': {
    what: 'The login was accepted, and `ready` never came.',
    blame: 'library',
    phase: 'ready',
    in: 'sessions',
    retry: 'after-login',
    todo: 'Run the canary of this version on this build: it names the missing module or export.',
  },
  'start-timeout': {
    what: 'The page offered neither a code nor a login in time.',
    blame: 'library',
    phase: null,
    in: 'sessions',
    retry: 'after-login',
    todo: 'Check network and machine; run the canary of this version on this build.',
  },
  'library-failed': {
    what: 'The library version could not be installed or loaded.',
    blame: 'harness',
    phase: 'launch',
    in: 'sessions',
    retry: 'after-login',
    todo: 'Read the message in the log; run `wwebjs-canary library verify`.',
  },
  'service-failed': {
    what: 'The service itself failed.',
    blame: 'harness',
    phase: null,
    in: 'sessions',
    retry: 'always',
    todo: 'Read the log: a bug, or a database that refuses.',
  },
  'profile-unavailable': {
    what: 'The saved profile could not be read from the store.',
    blame: 'harness',
    phase: 'launch',
    in: 'sessions',
    retry: 'endless',
    todo: 'Check the store of profiles and its key.',
  },
} as const satisfies Record<string, AttemptEntry | SessionEntry | SharedEntry>;

type Codes = typeof codes;
type AnyCode = keyof Codes;
type In<Place> = { [K in AnyCode]: Codes[K]['in'] extends Place ? K : never }[AnyCode];

/** What an attempt ends with. */
export type Code = In<'attempts' | 'both'>;
/** What the service writes: the values of `status_cause`, `start_cause`, `cause` and `code` in its tables. */
export type SessionCause = In<'sessions' | 'both'>;

const all = Object.keys(codes) as AnyCode[];
export const attemptCodes: readonly Code[] = all.filter(isAttemptCode);
export const sessionCauses: readonly SessionCause[] = all.filter(isSessionCause);

export function isAttemptCode(text: string): text is Code {
  return Object.hasOwn(codes, text) && codes[text as AnyCode].in !== 'sessions';
}

export function isSessionCause(text: string): text is SessionCause {
  return Object.hasOwn(codes, text) && codes[text as AnyCode].in !== 'attempts';
}

/** Under which code the service writes down what ends an attempt with `code`; null for what it cannot see, or where it depends. */
export function causeOf(code: Code | SessionCause): SessionCause | null {
  if (isSessionCause(code)) return code;
  const entry: AttemptEntry = codes[code];
  return entry.cause !== undefined && isSessionCause(entry.cause) ? entry.cause : null;
}

/** What an attempt would have ended with where the service wrote `cause`; null where no single code of attempts says the same. */
export function attemptCodeOf(cause: string): Code | null {
  if (isAttemptCode(cause)) return cause;
  const same = attemptCodes.filter((code) => causeOf(code) === cause);
  return same.length === 1 ? (same[0] as Code) : null;
}

/** Whose fault it is where the service wrote `cause`; null where it is no fault. */
export function blameOf(cause: SessionCause): (typeof blames)[number] | null {
  const entry: SessionEntry | SharedEntry = codes[cause];
  return 'blameInService' in entry ? (entry.blameInService ?? entry.blame) : entry.blame;
}

/** When the service starts a session again by itself, and what its circuit breaker makes of it. */
export function retryOf(cause: SessionCause): (typeof retries)[number] {
  return codes[cause].retry;
}

/** True where the outcome is `infra`: harness or machine failed, which says nothing about the library. */
export function isInfra(code: Code): boolean {
  const entry: AttemptEntry | SharedEntry = codes[code];
  return entry.blame === 'harness' && !('isFinding' in entry);
}
