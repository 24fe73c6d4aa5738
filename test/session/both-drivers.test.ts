import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf } from '../../src/codes/codes.ts';
import { canaryPolicy } from '../../src/runner/client-under-test.ts';
import { defaultDeadlines, servicePolicy } from '../../src/service/sessions/deadlines.ts';
import { next } from '../../src/session/machine.ts';
import {
  newSession,
  type SessionInput,
  type SessionPolicy,
  type SessionState,
} from '../../src/session/session-state.ts';
import {
  anyHostEvent,
  authenticated,
  deadline,
  loginWritten,
  numberClaimed,
  ready,
  start,
  well,
} from './session-inputs.ts';

const canary = canaryPolicy(500);
const service = servicePolicy(defaultDeadlines);

/** A session that gets what its driver would answer: writes succeed, and the page is connected. */
function driven(policy: SessionPolicy, ...inputs: readonly SessionInput[]): SessionState {
  let state = newSession(policy);
  const tell = (input: SessionInput): void => {
    const { state: after, effects } = next(state, input);
    state = after;
    for (const effect of effects) {
      if (effect.do === 'write-login') tell(loginWritten);
      if (effect.do === 'claim-number') tell(numberClaimed);
      if (effect.do === 'ask-page') tell({ type: 'session:facts', about: effect.about, facts: well });
    }
  };
  for (const input of inputs) tell(input);
  return state;
}

describe('a canary and the service', () => {
  test('call the end of a linked session by the same code, whatever its host reports', () => {
    fc.assert(
      fc.property(fc.array(anyHostEvent, { maxLength: 15 }), (events) => {
        expect(driven(canary, start(true), ...events).end).toEqual(driven(service, start(true), ...events).end);
      }),
      { numRuns: 500 },
    );
  });

  test('call the end of a session that was linked and ready by the same code', () => {
    fc.assert(
      fc.property(fc.array(anyHostEvent, { maxLength: 15 }), (events) => {
        const linked = [start(), authenticated, ready, ...events];
        expect(driven(canary, ...linked).end).toEqual(driven(service, ...linked).end);
      }),
      { numRuns: 500 },
    );
  });

  test('call the end of a link by the same code as long as its login was not accepted', () => {
    const beforeLogin = anyHostEvent.filter(({ type }) => type !== 'client:authenticated' && type !== 'client:ready');
    fc.assert(
      fc.property(fc.array(beforeLogin, { maxLength: 15 }), (events) => {
        expect(driven(canary, start(), ...events).end).toEqual(driven(service, start(), ...events).end);
      }),
      { numRuns: 500 },
    );
  });

  test('come as far as each other by what the library says', () => {
    fc.assert(
      fc.property(fc.array(anyHostEvent, { maxLength: 15 }), (events) => {
        const [one, other] = [canary, service].map((policy) => driven(policy, start(true), ...events));
        expect(one?.step).toBe(other?.step);
        expect(one?.isLinked).toBe(other?.isLinked);
      }),
    );
  });

  test('have one word for a ready that never comes: the code of the flow, the cause of the service', () => {
    expect(driven(service, start(), authenticated, deadline('ready')).end).toMatchObject({
      code: 'no-ready',
      cause: causeOf('no-ready'),
    });
  });
});

test('the policies differ in what is done with a session, and say so in data', () => {
  expect(canary).toEqual({
    isLinkedFrom: 'ready',
    confirms: false,
    countsRepeats: true,
    deadlines: { 'error-grace': 500 },
  });
  expect(service).toEqual({
    isLinkedFrom: 'authenticated',
    confirms: true,
    countsRepeats: false,
    deadlines: {
      start: 90_000,
      link: 300_000,
      'look-at-code': 10_000,
      ready: 120_000,
      'ask-again': 1_000,
      watch: 30_000,
    },
  });
});
