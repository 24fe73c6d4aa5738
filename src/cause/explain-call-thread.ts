import { parentPort } from 'node:worker_threads';
import type { CallCause } from '../contracts/service-calls.ts';
import type { Surface } from '../contracts/surface.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import { explain } from './explain.ts';
import type { FailedCall } from './explain-call.ts';

parentPort?.on('message', (failed: FailedCall) => parentPort?.postMessage(causeOf(failed)));

function causeOf({ library, build, method, error }: FailedCall): CallCause | null {
  try {
    const { cause, blame, code } = explain({
      library,
      surface: surfaceOf(build),
      ...{ phase: 'probe', code: 'call-failed', actedMs: 0 },
      events: [{ at: 0, type: 'host:call-failed', detail: { method, argumentLength: 0, ...error } }],
    });
    return cause && { ...cause, code: code ?? 'call-failed', blame };
  } catch {
    // A library whose source cannot be read explains nothing.
    return null;
  }
}

/** Null for what is no build number. */
function surfaceOf(build: string | null): Surface | null {
  try {
    return build === null ? null : resolveSurface(build);
  } catch {
    return null;
  }
}
