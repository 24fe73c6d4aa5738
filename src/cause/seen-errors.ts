import { z } from 'zod';
import type { AttemptEvent } from '../contracts/attempt.ts';
import type { HostEventType } from '../contracts/host-events.ts';
import { type Frame, parseStack } from './parse-stack.ts';

/** An error of the evidence. */
export interface SeenError {
  at: number;
  type: ErrorType;
  /** First line of the message, without the words that puppeteer puts before it. */
  headline: string;
  frames: Frame[];
}

const recordedError = z.object({ message: z.string().default(''), stack: z.string().default('') });
const recordedConsole = z.object({ level: z.string().default(''), text: z.string().default('') });

const errorTypes = [
  'page:error',
  'host:error',
  'host:unhandled-rejection',
  'host:call-failed',
  'page:crashed',
] as const satisfies HostEventType[];
type ErrorType = (typeof errorTypes)[number];

/** For events of a record: whether one is of these types. */
export function isOfType(...types: readonly HostEventType[]): (event: AttemptEvent) => boolean {
  return ({ type }) => types.some((one) => one === type);
}

/** All errors in the order in which they were seen. */
export function seenErrors(events: readonly AttemptEvent[]): SeenError[] {
  return events.flatMap(({ at, type, detail }) => {
    const known = errorTypes.find((one) => one === type);
    if (known === undefined) return [];
    const { message, stack } = recordedError.parse(detail ?? {});
    return [{ at, type: known, headline: headline(message || stack), frames: parseStack(stack || message) }];
  });
}

/** `TypeError: x is not a function` of `Error: Evaluation failed: TypeError: x is not a function\n at …`. */
export function headline(message: string): string {
  const [first = ''] = message.split('\n', 1);
  return first.replace(/^(?:Uncaught )?(?:Error: )?(?:Evaluation failed: )?/, '').trim();
}

/** Warnings and errors of the page's console that name a module, or that look like an error. */
export function telltaleConsole(events: readonly AttemptEvent[]): string[] {
  const lines = events.filter(isOfType('page:console')).flatMap(({ detail }) => {
    const { level, text } = recordedConsole.parse(detail ?? {});
    return level === 'error' || /Requiring unknown module/.test(text) ? [text.replace(/\s*\n\s*/g, ' ')] : [];
  });
  return [...new Set(lines)];
}
