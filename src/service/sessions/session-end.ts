import type { SessionCause } from '../../codes/codes.ts';
import { loggableText } from '../loggable.ts';

/** Why a hosted session came to its end. */
export type SessionEnd =
  /** Something broke; with backoff it is started again. */
  | { kind: 'failed'; code: SessionCause; message?: string }
  /** It cannot come back by itself: the account has to be linked again. */
  | { kind: 'dead'; code: SessionCause; message?: string }
  /** Closed in order, to be started again here or elsewhere. */
  | { kind: 'closed'; cause: SessionCause }
  /** The lease is gone, and with it the right to do or write anything. */
  | { kind: 'lost' };

/** Reasons of the library's `disconnected` event that mean that the phone removed the device. */
const unlinkReasons = new Set(['LOGOUT', 'UNPAIRED', 'UNPAIRED_IDLE']);

/**
 * What an event of the host means for the session when it is an end; null when it is none.
 *
 * @param linking true until the login was accepted for the first time: nothing is lost yet and somebody is looking at it, so
 *   a failed link is over instead of being repeated unseen.
 */
export function endOf(type: string, detail: unknown, linking: boolean): SessionEnd | null {
  const message = messageOf(detail);
  const why = message === null ? {} : { message: loggableText(message) };
  const broken = (code: SessionCause): SessionEnd => ({ kind: linking ? 'dead' : 'failed', code, ...why });
  switch (type) {
    case 'client:auth_failure':
      return broken('auth-failure');
    case 'client:disconnected': {
      const [reason] = Array.isArray(detail) ? detail : [];
      return unlinkReasons.has(String(reason)) ? { kind: 'dead', code: 'unlinked' } : broken('disconnected');
    }
    case 'host:error':
      return broken(isOfPairing(detail) ? 'pairing-refused' : 'initialize-failed');
    case 'host:exited':
      return broken(isOfPairing(detail) ? 'pairing-refused' : 'host-died');
    case 'browser:disconnected':
    case 'page:crashed':
    case 'page:closed':
      return broken('browser-died');
    default:
      return null;
  }
}

/** The library was asked for a pairing code and failed. 1.33.2 to 1.34.7 ask by themselves and do not wait, so that its error ends the process. */
function isOfPairing(detail: unknown): boolean {
  const { during, stack } = (detail ?? {}) as { during?: unknown; stack?: unknown };
  return during === 'pairing-code' || /\brequestPairingCode\b/.test(String(stack));
}

/** What the host said about it: an error, the arguments of an event, or how a process ended. */
function messageOf(detail: unknown): string | null {
  const [said] = Array.isArray(detail) ? detail : [(detail as { message?: unknown } | null)?.message];
  if (typeof said === 'string') return said;
  const { code, signal } = (detail ?? {}) as { code?: unknown; signal?: unknown };
  return code === undefined && signal === undefined ? null : `ended by ${signal ?? `code ${code}`}`;
}
