import * as fc from 'fast-check';
import type { SessionFacts } from '../../src/contracts/host.ts';
import type { HostEvent, SeenMessage, Untimed } from '../../src/contracts/host-events.ts';
import type { DeadlineName } from '../../src/session/deadlines.ts';
import { next } from '../../src/session/machine.ts';
import {
  type DriverEvent,
  type Effect,
  newSession,
  type PageQuestion,
  type SessionEnd,
  type SessionInput,
  type SessionPolicy,
  type SessionState,
} from '../../src/session/session-state.ts';

export const wid = '15550100123@c.us';
export const well: SessionFacts = { state: 'CONNECTED', wid };
export const opening: SessionFacts = { state: 'OPENING', wid };

/** As the service has it, with a deadline for everything. */
export const confirming: SessionPolicy = {
  isLinkedFrom: 'authenticated',
  confirms: true,
  countsRepeats: false,
  deadlines: { start: 90, link: 300, 'look-at-code': 10, ready: 120, 'ask-again': 1, watch: 30 },
};

/** As a canary has it. */
export const watching: SessionPolicy = {
  isLinkedFrom: 'ready',
  confirms: false,
  countsRepeats: true,
  deadlines: { 'error-grace': 5 },
};

export function timed(event: Untimed): HostEvent {
  return { at: 0, ...event };
}

export const message = (id: SeenMessage['id'], body: string): HostEvent =>
  timed({
    type: 'client:message',
    detail: { idType: typeof id, fromMe: false, type: 'chat', bodyLength: body.length },
    secret: { id, body, fromMe: false, from: 'a@c.us', to: 'b@c.us', type: 'chat' },
  });
export const acked = (ack: number): HostEvent =>
  timed({
    type: 'client:message_ack',
    detail: { idType: 'string', fromMe: true, type: 'chat', bodyLength: 1, ack },
    secret: { id: 'a', body: 'x', fromMe: true, from: 'a@c.us', to: 'b@c.us', type: 'chat', ack },
  });

export const qr = (text = 'code-1') =>
  timed({ type: 'client:qr', detail: { length: 6, fields: 1, sha256: 'abc' }, secret: text });
export const pairingCode = timed({ type: 'client:code', detail: { length: 8 }, secret: 'ABCD1234' });
export const requestedCode = timed({ type: 'host:code', detail: { length: 8 }, secret: 'EFGH5678' });
export const authenticated = timed({ type: 'client:authenticated', detail: null });
export const ready = timed({ type: 'client:ready', detail: null });
export const launched = timed({ type: 'browser:launched', detail: { pid: 7 } });
export const browserGone = timed({ type: 'browser:disconnected', detail: null });
export const disconnected = (...detail: (string | number)[]) => timed({ type: 'client:disconnected', detail });
export const exited = (code: number | null, signal: string | null = null) =>
  timed({ type: 'host:exited', detail: { code, signal } });
export const crash = (text: string, stack = '') =>
  timed({ type: 'host:unhandled-rejection', detail: { message: text, stack } });
export const rejection = (text: string, stack = '', during: 'initialize' | 'pairing-code' = 'initialize') =>
  timed({ type: 'host:error', detail: { during, message: text, stack } });
export const libraryError = timed({
  type: 'page:error',
  detail: { message: 'TypeError: x', stack: 'at pptr:evaluate;Client.inject:3:4' },
});
export const pageError = timed({
  type: 'page:error',
  detail: { message: 'TypeError: x', stack: 'at https://web.whatsapp.com/app.js:1:2' },
});

export const start = (isLinked = false, pairWith: string | null = null): DriverEvent => ({
  type: 'session:start',
  isLinked,
  pairWith,
});
export const deadline = (of: DeadlineName): DriverEvent => ({ type: 'session:deadline', of });
export const facts = (about: PageQuestion, given: SessionFacts | null): DriverEvent => ({
  type: 'session:facts',
  about,
  facts: given,
});
export const loginWritten: DriverEvent = { type: 'session:login-written' };
export const numberClaimed: DriverEvent = { type: 'session:number-claimed', wid };

/** Everything that comes of some inputs, one after the other. */
export function drive(policy: SessionPolicy, ...inputs: readonly SessionInput[]) {
  let state: SessionState = newSession(policy);
  const effects: Effect[] = [];
  let end: SessionEnd | null = null;
  for (const input of inputs) {
    const transition = next(state, input);
    state = transition.state;
    effects.push(...transition.effects);
    end = transition.end;
  }
  return { state, effects, end };
}

/** What the last of some inputs leads to. */
export function effectsOfLast(policy: SessionPolicy, ...inputs: readonly SessionInput[]): readonly Effect[] {
  const { state } = drive(policy, ...inputs.slice(0, -1));
  return next(state, inputs.at(-1) as SessionInput).effects;
}

export const linking = [start(), qr(), authenticated, loginWritten] as const;
export const connecting = [...linking, ready, facts('ready', well), numberClaimed] as const;

const text = fc.constantFrom(
  '',
  'x',
  'LOGOUT',
  'UNPAIRED',
  'CONFLICT',
  'TOS_BLOCK',
  'net::ERR_FAILED',
  'Target closed',
  'ENOSPC',
);
const error = fc.record({
  message: text,
  stack: fc.constantFrom('', 'at pptr:evaluate;x', 'at async Client.requestPairingCode (Client.js:1:2)'),
});
const someFacts = fc.option(
  fc.record({
    state: fc.constantFrom(null, 'CONNECTED', 'OPENING'),
    wid: fc.constantFrom(null, wid, 'no wid'),
    socket: fc.constantFrom(null, 'UNPAIRED', 'UNPAIRED_IDLE', 'OPENING'),
  }),
);
const deadlineName = fc.constantFrom<DeadlineName>(
  ...(['start', 'link', 'look-at-code', 'ready', 'ask-again', 'watch', 'error-grace'] as const),
);

/** Everything that a host can report. */
export const anyHostEvent: fc.Arbitrary<HostEvent> = fc.oneof(
  fc.constantFrom(
    ...[pairingCode, requestedCode, authenticated, ready, launched, browserGone, libraryError, pageError],
    timed({ type: 'host:initialized', detail: null }),
    timed({ type: 'page:closed', detail: null }),
    timed({ type: 'page:loaded', detail: { url: 'x' } }),
    timed({ type: 'client:remote_session_saved', detail: null }),
    timed({ type: 'client:other', name: 'call', detail: ['object'] }),
    timed({ type: 'host:loaded', detail: { version: '1.34.7', packages: [], node: 'v24' } }),
    timed({ type: 'library:loaded', detail: { installed: '1.34.7', loaded: null } }),
    timed({ type: 'host:unreadable-event', detail: { said: 'x', why: 'y' } }),
  ),
  text.map((code) => qr(code)),
  text.map((reason) => disconnected(reason)),
  text.map((said) => timed({ type: 'client:auth_failure', detail: [said] })),
  fc.tuple(fc.constantFrom('a', undefined), text).map(([id, body]) => message(id, body)),
  fc.integer({ min: 0, max: 4 }).map(acked),
  fc.option(fc.constantFrom('2.3000.1', '<b>')).map((build) => timed({ type: 'page:build', detail: build })),
  error.map((detail) => timed({ type: 'page:crashed', detail })),
  error.map((detail) => timed({ type: 'host:uncaught-exception', detail })),
  fc
    .tuple(error, fc.constantFrom('initialize' as const, 'pairing-code' as const))
    .map(([detail, during]) => timed({ type: 'host:error', detail: { ...detail, during } })),
  fc.constantFrom(exited(1), exited(null, 'SIGKILL'), exited(null)),
);

/** Everything that a driver can say. */
export const anyDriverEvent: fc.Arbitrary<DriverEvent> = fc.oneof(
  fc
    .tuple(fc.boolean(), fc.option(fc.constant('15550100123')))
    .map(([isLinked, pairWith]) => start(isLinked, pairWith)),
  deadlineName.map(deadline),
  fc
    .tuple(fc.constantFrom<PageQuestion>('late-start', 'late-ready', 'ready', 'code', 'link', 'watch'), someFacts)
    .map(([about, given]) => facts(about, given)),
  fc.constantFrom<DriverEvent>(
    ...[loginWritten, numberClaimed],
    { type: 'session:code-refused', message: 'no' },
    { type: 'session:no-handshake', message: 'no' },
    { type: 'session:missed-probe', probe: 'p' },
    { type: 'flow:wants-code', number: '1' },
    { type: 'flow:waits', phase: 'qr' },
    { type: 'flow:waits', phase: null },
    { type: 'flow:unlinks' },
    { type: 'flow:expects-disconnect' },
    { type: 'flow:links-anew' },
    { type: 'flow:leaves' },
  ),
);

/** Inputs by which the driver ends a session. */
export const anyStop: fc.Arbitrary<DriverEvent> = fc.constantFrom<DriverEvent>(
  { type: 'session:stop', cause: 'instance-stopped' },
  { type: 'session:lease-lost' },
  { type: 'session:failed', message: 'bug' },
  { type: 'session:deaf' },
  { type: 'session:unopened', code: 'library-load-failed', message: 'no' },
);
