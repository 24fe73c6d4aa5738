import { type Code, causeOf, codes, isAttemptCode, type SessionCause } from '../codes/codes.ts';
import type { SessionFacts } from '../contracts/host.ts';
import type {
  HostEvent,
  HostEventOf,
  HostExit,
  PlainError,
  PlainValue,
  SeenMessage,
} from '../contracts/host-events.ts';
import type { Phase } from '../contracts/outcome.ts';
import { type DeadlineName, looksWithoutCode } from './deadlines.ts';
import { causeOfNoCode, codeOfRejection, isFromLibrary, isOfPairing } from './errors.ts';
import { buildOf, connectedAs, hasLeftCodes, isOffline, showsNoCode, waitsForScan } from './facts.ts';
import {
  type Effect,
  fresh,
  type PageQuestion,
  type Parting,
  type SessionEnd,
  type SessionInput,
  type SessionState,
  type SessionTransition,
  unlinked,
} from './session-state.ts';
import { look, startWatching } from './watchdog.ts';

/** What an input means for a session. Never throws. */
export function next(state: SessionState, input: SessionInput): SessionTransition {
  if (state.end) return still(state);
  switch (input.type) {
    case 'session:start': {
      const { isLinked, pairWith } = input;
      const started = { ...fresh, isUp: true, isLinked, pairWith, isPairing: pairWith !== null };
      return chain(stopAll(state), (its) => waitFor({ ...its, ...started }, 'start'));
    }
    case 'session:unopened':
      return broken(state, input.code, input.message, input.message);
    case 'session:deadline':
      return state.waits.includes(input.of) ? late(without(state, input.of), input.of) : still(state);
    case 'session:facts':
      return state.asks.includes(input.about) ? answered(state, input.about, input.facts) : still(state);
    case 'session:login-written':
      return state.writes === 'login' ? accepted(state) : still(state);
    case 'session:number-claimed':
      return state.writes === 'number' ? connected(state, input.wid) : still(state);
    case 'session:code-refused':
      return broken(
        state,
        'no-code',
        input.message,
        input.message,
        causeOfNoCode({ message: input.message, stack: '' }),
      );
    case 'session:no-handshake':
      return state.isUp ? broken(state, 'protocol-error', input.message, null) : still(state);
    case 'session:missed-probe':
      return state.step === 'ready' ? still(state, { do: 'end-probe', probe: input.probe }) : still(state);
    case 'session:deaf':
      return chain(still(state, { do: 'announce', what: 'deaf' }), (its) =>
        broken(its, 'probe-message', 'a text that the phone has was not reported', null),
      );
    case 'session:stop':
      return ended(state, { kind: 'closed', cause: input.cause });
    case 'session:lease-lost':
      return ended(state, { kind: 'lost' });
    case 'session:failed':
      return broken(state, 'service-failed', input.message, null);
    case 'flow:waits':
      return graceEnded({ ...state, phase: input.phase });
    case 'flow:wants-code':
      return requested({ ...state, isPairing: true, pairWith: input.number });
    case 'flow:unlinks':
      return still({ ...state, mayDisconnect: true, isUnlinked: true, isLinked: false, qr: null });
    case 'flow:expects-disconnect':
      return still({ ...state, mayDisconnect: true });
    case 'flow:links-anew':
      return calm({ ...state, ...unlinked });
    case 'flow:leaves':
      return calm({ ...state, isUp: false });
    default:
      return happened(state, input);
  }
}

function happened(state: SessionState, event: HostEvent): SessionTransition {
  switch (event.type) {
    case 'host:loaded':
      return still({ ...state, isLoaded: true });
    case 'library:loaded':
      return still({ ...state, isLoaded: true }, { do: 'keep-versions', versions: event.detail });
    case 'browser:launched':
      return still({ ...state, isLaunched: true });
    case 'page:loaded':
      return still({ ...state, isPageLoaded: true });
    case 'page:navigated':
      return still({ ...state, isRefused: state.isRefused || givesUpLogin(state, event.detail) });
    case 'page:build':
      return still(state, { do: 'keep-build', build: buildOf(event.detail) });
    case 'page:error':
      return inPage(state, event.detail);
    case 'client:qr':
      return shown(state, 'qr', event.secret);
    case 'client:code':
      return shown(state, 'pairing', event.secret);
    case 'host:code':
      return offered({ ...state, code: event.secret }, 'pairing', event.secret);
    case 'client:authenticated':
      return loggedIn(state);
    case 'client:ready':
      return ready(state);
    case 'client:remote_session_saved':
      return still({ ...state, isSaved: true });
    case 'client:message':
      return heard(state, event.secret);
    case 'client:message_ack':
      return still(state, { do: 'acknowledge', message: event.secret });
    case 'host:unhandled-rejection':
    case 'host:uncaught-exception':
      return still({ ...state, crash: event.detail });
    case 'host:warning':
      return warned(state, event.detail);
    case 'client:disconnected':
      return disconnected(state, event.detail);
    case 'browser:disconnected':
      return browserGone(state);
    case 'client:auth_failure': {
      const [said] = event.detail;
      const message = `auth_failure: ${event.detail.map(textOf).join(',')}`;
      return unexpected(state, 'auth-failure', message, typeof said === 'string' ? said : null);
    }
    case 'page:crashed': {
      const { message } = event.detail;
      return unexpected(state, 'browser-died', `the page crashed: ${message}`, message);
    }
    case 'page:closed':
      return unexpected(state, 'browser-died', 'the page was closed in the middle of the attempt', null);
    case 'host:error':
      return rejected(state, event.detail);
    case 'host:exited':
      return hostGone(state, event.detail);
    case 'host:expired':
      // The host had no more time because its lease was not renewed.
      return state.isUp ? ended(state, { kind: 'lost' }) : still(state);
    default:
      return still(state);
  }
}

/** A page whose server refuses its login forgets it, and then loads anew or goes to an address of its own. */
function givesUpLogin(
  { isLinked, isPageLoaded, saidAuthenticated, saidReady }: SessionState,
  { url, main }: HostEventOf<'page:navigated'>['detail'],
): boolean {
  return main && isLinked && !saidAuthenticated && !saidReady && (isPageLoaded || url.includes('post_logout'));
}

/** A QR text, or a pairing code that the library asked for by itself: the device that shows it is not linked. */
function shown(before: SessionState, kind: 'qr' | 'pairing', code: string): SessionTransition {
  const state = kind === 'qr' ? { ...before, qr: code, parting: partingAfterCode(before) } : { ...before, code };
  if (state.isLinked && isWatched(state)) {
    const lost = broken(state, 'session-lost', 'a device that was linked asks for a QR code', null);
    return chain(still(state, { do: 'free-slot' }), () => lost);
  }
  if (kind === 'qr' && state.isPairing) return requested(state);
  return offered(state, kind, code);
}

function offered(state: SessionState, kind: 'qr' | 'pairing', code: string): SessionTransition {
  const shows = still(state, { do: 'free-slot' }, { do: 'show-code', kind, code }, { do: 'announce', what: 'code' });
  return state.step === 'starting' ? chain(shows, startScanning) : shows;
}

/** A version that does not know the option for pairing codes shows a QR code instead, and has to be asked for the code then. */
function requested(state: SessionState): SessionTransition {
  if (state.pairWith === null || state.qr === null || state.code !== null) return still(state);
  return still({ ...state, pairWith: null }, { do: 'request-code', number: state.pairWith });
}

/** After an unlink the library says so, and then shows another code or closes its browser. */
function partingAfterCode({ parting, isUnlinked }: SessionState): Parting | null {
  if (parting === null) return isUnlinked ? { reason: null, followedBy: null } : null;
  return { ...parting, followedBy: parting.followedBy ?? 'code' };
}

function startScanning(state: SessionState): SessionTransition {
  const scanning = chain(stopWaiting({ ...state, step: 'scanning' }, 'start'), (its) => waitFor(its, 'link'));
  // A pairing code outlives the QR codes of the page, so only the latter are looked at.
  return state.isPairing ? scanning : chain(scanning, (its) => waitFor(its, 'look-at-code'));
}

function loggedIn(before: SessionState): SessionTransition {
  const state = { ...before, saidAuthenticated: true };
  if (state.step === 'authenticated' || state.step === 'ready' || state.writes !== null) return still(state);
  return state.policy.confirms ? still({ ...state, writes: 'login' }, { do: 'write-login' }) : accepted(state);
}

/** The login was accepted. */
function accepted(state: SessionState): SessionTransition {
  const isLinked = state.isLinked || (state.policy.isLinkedFrom === 'authenticated' && isWatched(state));
  const announced = still(
    { ...state, step: 'authenticated', isLinked, writes: null },
    { do: 'announce', what: 'authenticated' },
  );
  const waiting = chain(chain(announced, stopAll), (its) => waitFor(its, 'ready'));
  return state.policy.confirms && state.saidReady ? chain(waiting, (its) => ask(its, 'ready')) : waiting;
}

/** `ready` alone is not believed where steps are confirmed: the page must be connected and know its number. */
function ready(before: SessionState): SessionTransition {
  const state = { ...countReady(before), saidReady: true };
  if (!state.policy.confirms) {
    const isLinked = state.isLinked || isWatched(state);
    return chain(stopAll({ ...state, step: 'ready', isLinked }), (its) =>
      still(its, { do: 'announce', what: 'connected' }),
    );
  }
  // While a write is under way, the step that follows it asks.
  const isWriting = state.writes !== null;
  return state.step === 'authenticated' && !isWriting ? ask(state, 'ready') : loggedIn(state);
}

function connected(state: SessionState, wid: string): SessionTransition {
  const linked = stopAll({ ...state, step: 'ready', writes: null, watched: startWatching(wid) });
  const watching = chain(linked, (its) => waitFor(its, 'watch'));
  return chain(watching, (its) => still(its, { do: 'free-slot' }, { do: 'announce', what: 'connected' }));
}

function late(state: SessionState, of: DeadlineName): SessionTransition {
  switch (of) {
    case 'start':
      return ask(state, 'late-start');
    case 'ready':
      return ask(state, 'late-ready');
    case 'link':
      return ask(state, 'link');
    case 'look-at-code':
      return ask(state, 'code');
    case 'ask-again':
      return ask(state, 'ready');
    case 'watch':
      return ask(state, 'watch');
    case 'error-grace':
      return graceOver(state);
  }
}

function answered(before: SessionState, about: PageQuestion, facts: SessionFacts | null): SessionTransition {
  const state = { ...before, asks: before.asks.filter((question) => question !== about) };
  switch (about) {
    case 'ready': {
      const known = connectedAs(facts);
      if (!known) return waitFor(state, 'ask-again');
      return still({ ...state, writes: 'number' }, { do: 'claim-number', ...known });
    }
    case 'late-start':
      return unreached(state, facts, 'start-timeout', 'neither a code nor a login came in time');
    case 'late-ready':
      return unreached(state, facts, 'no-ready', '`ready` did not come in time');
    case 'link':
      if (hasLeftCodes(facts))
        return broken(state, 'no-authenticated', 'the page left its codes and no login came', null);
      return broken(
        { ...state, isUnscanned: waitsForScan(facts) },
        'link-timeout',
        'no code was scanned in time',
        null,
      );
    case 'code': {
      // 1.34.2 and 1.34.7 show six codes and no seventh: without this a person scans a dead one until the time is over.
      const looks = showsNoCode(facts) ? state.looksWithoutCode + 1 : 0;
      if (looks === looksWithoutCode)
        return broken({ ...state, isUnscanned: true }, 'link-timeout', 'the page no longer shows a code', null);
      return waitFor({ ...state, looksWithoutCode: looks }, 'look-at-code');
    }
    case 'watch': {
      if (!state.watched) return still(state);
      const { watched, trouble } = look(state.watched, facts);
      if (trouble !== null) return broken(state, trouble, 'the page does not answer, or not as the same number', null);
      return waitFor({ ...state, watched }, 'watch');
    }
  }
}

/** What did not come in time: no version is to blame while the page does not reach the servers of WhatsApp. */
function unreached(
  state: SessionState,
  facts: SessionFacts | null,
  code: 'start-timeout' | 'no-ready',
  message: string,
): SessionTransition {
  if (isOffline(facts)) return broken(state, 'no-connection', `${message}, and the page reached no server`, null);
  if (state.isLaunched && !state.isPageLoaded)
    return broken(state, 'page-load-failed', 'the page did not load in time', null);
  return broken(state, code, message, null);
}

function disconnected(state: SessionState, detail: readonly PlainValue[]): SessionTransition {
  const [reason] = detail;
  if (state.mayDisconnect) {
    const parting = state.parting ?? { reason: textOf(reason), followedBy: state.isBrowserGone ? 'closed' : null };
    return still({ ...state, parting });
  }
  const message = `disconnected: ${detail.map(textOf).join(',')}`;
  const said = typeof reason === 'string' ? reason : null;
  const code = codeOfReason.get(textOf(reason)) ?? 'disconnected';
  if (code !== 'logged-out') return unexpected(state, code, message, said);
  const isRefused = state.isRefused || (state.isLinked && !state.saidAuthenticated && !state.saidReady);
  return unexpected({ ...state, isRefused }, code, message, null, 'unlinked');
}

/** What reasons of the library's `disconnected` event mean; any other says only that it happened. */
const codeOfReason: ReadonlyMap<string, 'logged-out' | 'conflict' | 'account-restricted'> = new Map([
  ['LOGOUT', 'logged-out'],
  ['UNPAIRED', 'logged-out'],
  ['UNPAIRED_IDLE', 'logged-out'],
  ['CONFLICT', 'conflict'],
  ['TOS_BLOCK', 'account-restricted'],
  ['SMB_TOS_BLOCK', 'account-restricted'],
]);

function browserGone(before: SessionState): SessionTransition {
  const parting = before.parting && { ...before.parting, followedBy: before.parting.followedBy ?? 'closed' };
  const state = { ...before, isBrowserGone: true, parting };
  return unexpected(state, 'browser-died', 'the browser ended in the middle of the attempt', null);
}

function rejected(
  state: SessionState,
  { during, message, stack }: HostEventOf<'host:error'>['detail'],
): SessionTransition {
  const isPairing = during === 'pairing-code' || isOfPairing({ message, stack });
  if (isPairing) return unexpected(state, 'no-code', message, message, causeOfNoCode({ message, stack }));
  return unexpected(state, codeOfRejection(message, state.isLaunched), message, message);
}

function hostGone(state: SessionState, { code, signal, sessions = 1 }: HostExit): SessionTransition {
  if (!state.isUp) return still(state);
  const { crash } = state;
  const how = signal ?? `code ${code}`;
  const isKnown = signal !== null || code !== null;
  const message = `the host process ended by itself (${how})${crash ? `: ${crash.message}` : ''}`;
  const said = crash?.message ?? (isKnown ? `ended by ${how}` : null);
  if (crash && isOfPairing(crash)) return broken(state, 'no-code', message, said, causeOfNoCode(crash));
  return broken(state, sessions > 1 ? 'shared-host-died' : 'host-died', message, said);
}

function heard(state: SessionState, message: SeenMessage): SessionTransition {
  return still(state.policy.countsRepeats ? countMessage(state, message) : state, { do: 'hear', message });
}

function countMessage(state: SessionState, { id, body }: SeenMessage): SessionState {
  // Where ids are damaged, the text has to do.
  const key = typeof id === 'string' ? `id ${id}` : `text ${textOf(body)}`;
  if (state.heard.has(key)) return { ...state, repeats: state.repeats + 1 };
  return { ...state, heard: new Set(state.heard).add(key) };
}

function countReady(state: SessionState): SessionState {
  if (!state.policy.countsRepeats) return state;
  const readys = state.readys + 1;
  return { ...state, readys, mostReadys: Math.max(state.mostReadys, readys) };
}

function warned(state: SessionState, { name, message }: HostEventOf<'host:warning'>['detail']): SessionTransition {
  if (name !== 'MaxListenersExceededWarning' || !state.policy.countsRepeats) return still(state);
  return still({ ...state, listenerLeak: state.listenerLeak ?? message });
}

/**
 * What happened more often than it may; null when nothing did. Looked at when everything else went well, since what else goes wrong says
 * more. Two `ready` come before two messages and many listeners: they are why there are two listeners.
 */
export function repeated(state: SessionState): { code: Code; message: string; phase: Phase | null } | null {
  const { mostReadys, repeats, listenerLeak } = state;
  if (mostReadys > 1)
    return { code: 'duplicate-ready', message: `\`ready\` fired ${mostReadys} times`, phase: 'ready' };
  if (repeats > 0) {
    const message = `${repeats} \`message\` events reported a text again`;
    return { code: 'duplicate-message', message, phase: 'message' };
  }
  return listenerLeak === null ? null : { code: 'listener-leak', message: listenerLeak, phase: null };
}

/** An error of the library in the page: from 1.25 on it swallows them there, and what it was about to do never comes. */
function inPage(state: SessionState, error: PlainError): SessionTransition {
  const code = missing(state);
  if (!isWatched(state) || code === null || state.grace || !isFromLibrary(error)) return still(state);
  if (state.policy.deadlines['error-grace'] === undefined) return still(state);
  return waitFor({ ...state, grace: { code, message: error.message, isOver: false } }, 'error-grace');
}

/** What an error in the page keeps from coming: `ready` whether or not the flow waits for it yet. */
function missing({ step, phase }: SessionState): Code | null {
  if (step === 'authenticated') return 'no-ready';
  return phase === 'qr' ? 'no-qr' : null;
}

function graceOver(state: SessionState): SessionTransition {
  const { grace } = state;
  if (!grace || missing(state) !== grace.code) return still({ ...state, grace: null });
  return graceEnded({ ...state, grace: { ...grace, isOver: true } });
}

/** What did not come ends a flow that waits for it; one that waits for something else may never ask for it. */
function graceEnded(state: SessionState): SessionTransition {
  const { grace, phase } = state;
  if (!grace?.isOver || codes[grace.code].phase !== phase) return still(state);
  return broken(state, grace.code, grace.message, null);
}

/** What ends a session that is up and that nothing was to end. */
function unexpected(
  state: SessionState,
  code: Code,
  message: string,
  said: string | null,
  cause?: SessionCause,
): SessionTransition {
  return isWatched(state) ? broken(state, code, message, said, cause) : still(state);
}

function isWatched({ isUp, mayDisconnect }: SessionState): boolean {
  return isUp && !mayDisconnect;
}

function broken(
  state: SessionState,
  code: Code | SessionCause,
  message: string,
  said: string | null,
  cause: SessionCause = causeOf(code) ?? 'service-failed',
): SessionTransition {
  const { retry } = codes[cause];
  const isRetried = retry === 'always' || (retry !== 'never' && state.isLinked);
  const attemptCode = isAttemptCode(code) ? code : null;
  const { isRefused, step, isLinked, isUnscanned } = state;
  const mayBeScanned = step === 'scanning' && !isLinked && !isUnscanned;
  const kind = isRetried ? 'failed' : 'dead';
  return ended(state, { kind, code: attemptCode, cause, message, said, isRefused, mayBeScanned });
}

function ended(state: SessionState, end: SessionEnd): SessionTransition {
  return chain(stopAll({ ...state, end }), (its) => still({ ...its, writes: null }));
}

function ask(state: SessionState, about: PageQuestion): SessionTransition {
  if (state.asks.includes(about)) return still(state);
  return still({ ...state, asks: [...state.asks, about] }, { do: 'ask-page', about });
}

/** Waits for a deadline, from now on. */
function waitFor(state: SessionState, name: DeadlineName): SessionTransition {
  const ms = state.policy.deadlines[name];
  if (ms === undefined) return still(state);
  return still(
    { ...without(state, name), waits: [...without(state, name).waits, name] },
    { do: 'wait', for: name, ms },
  );
}

function without(state: SessionState, name: DeadlineName): SessionState {
  return { ...state, waits: state.waits.filter((waited) => waited !== name) };
}

function stopWaiting(state: SessionState, name: DeadlineName): SessionTransition {
  return state.waits.includes(name) ? still(without(state, name), { do: 'stop-waiting', for: name }) : still(state);
}

/** What was waited for and asked before no longer counts. */
function stopAll(state: SessionState): SessionTransition {
  const effects = state.waits.map((name) => ({ do: 'stop-waiting', for: name }) as const);
  return still({ ...state, waits: [], asks: [], grace: null }, ...effects);
}

/** Errors so far no longer have consequences. */
function calm(state: SessionState): SessionTransition {
  return stopWaiting({ ...state, grace: null }, 'error-grace');
}

function still(state: SessionState, ...effects: readonly Effect[]): SessionTransition {
  return { state, effects, end: state.end };
}

function chain(before: SessionTransition, then: (state: SessionState) => SessionTransition): SessionTransition {
  const after = then(before.state);
  return { ...after, effects: [...before.effects, ...after.effects] };
}

function textOf(value: PlainValue): string {
  return typeof value === 'object' && value !== null ? value.text : String(value ?? '');
}
