import type { FailedAttempt } from '../../src/cause/failed-attempt.ts';
import type { AttemptEvent } from '../../src/contracts/attempt.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';

export const october2025 = '2.3000.1029241508';

/** A failed attempt of a toy library, without evidence by default. */
export function toyFailure(packageDir: string, more: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    library: { packageDir, version: '0.0.1' },
    surface: resolveSurface(october2025),
    phase: 'ready',
    code: 'no-ready',
    actedMs: 0,
    events: [],
    observed: 'ready did not end within 5000 ms',
    ...more,
  };
}

export function pageError(message: string, ...frames: string[]): AttemptEvent {
  const stack = [message, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return { at: 100, type: 'page:error', detail: { message, stack } };
}
