import type { Attempt, Cell } from '../contracts/attempt.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Phase } from '../contracts/outcome.ts';
import type { Saying } from './replayed-hosts.ts';

/** How far a start of a session goes with one library, and how. */
export interface Course {
  /** The last thing that the service hears of it, if nothing else happens. */
  reaches: 'nothing' | 'code' | 'authenticated' | 'ready';
  /** What the host says when it ends before `ready`; null when it just falls silent. */
  says: Saying | null;
  /** Milliseconds from the start to the code, from the scan to `authenticated`, from there to `ready`. */
  codeMs: number;
  authenticatedMs: number;
  readyMs: number;
}

/** What was recorded of one library: its attempts to link and to restore that ended in an outcome of their own. */
export interface LibraryCourses {
  link: Course[];
  restore: Course[];
}

export type RecordedAttempt = { cell: Cell; attempt: Attempt };

/** The flows that a replay draws from. */
export const studiedFlows = { link: 'qr-to-ready', restore: 'restore-to-ready' } as const;

/** What a host tells the service where an attempt ended with this code. With every other code the library only falls silent. */
const loudCodes: Partial<Record<string, Saying>> = {
  'initialize-failed': 'host:error',
  'auth-failure': 'client:auth_failure',
  disconnected: 'client:disconnected',
  'host-died': 'host:exited',
  'browser-died': 'browser:disconnected',
  // A restored page that has no login shows a code.
  'session-lost': 'client:qr',
};

const stops: Partial<Record<Phase, Course['reaches']>> = {
  scan: 'code',
  authenticated: 'code',
  ready: 'authenticated',
};

/** The part of a recorded attempt that the service would have seen. */
export function courseOf({ outcome, phase, code, phases }: Attempt): Course {
  // What failed after `ready` (a probe, the close) the service does not see.
  const isReady = outcome === 'passed' || (phases.ready !== undefined && stops[phase as Phase] === undefined);
  const reaches = isReady ? 'ready' : (stops[phase as Phase] ?? 'nothing');
  return {
    reaches,
    says: isReady ? null : (loudCodes[code ?? ''] ?? null),
    codeMs: (phases.launch ?? 0) + (phases.page ?? 0) + (phases.qr ?? 0),
    authenticatedMs: (phases.scan ?? 0) + (phases.authenticated ?? 0),
    readyMs: phases.ready ?? 0,
  };
}

/**
 * Sorts attempts by library. Those that the machine or the harness spoiled say nothing of a library and are left out.
 *
 * @throws InputError when a library has no attempt of a flow.
 */
export function coursesOf(
  attempts: readonly RecordedAttempt[],
  libraries: readonly string[],
  where: string,
): Map<string, LibraryCourses> {
  const courses = new Map<string, LibraryCourses>(libraries.map((library) => [library, { link: [], restore: [] }]));
  for (const { cell, attempt } of attempts) {
    if (attempt.outcome === 'infra') continue;
    const kind = cell.flow === studiedFlows.link ? 'link' : 'restore';
    courses.get(cell.library)?.[kind].push(courseOf(attempt));
  }
  for (const [library, { link, restore }] of courses) {
    const flow = link.length === 0 ? studiedFlows.link : restore.length === 0 ? studiedFlows.restore : null;
    if (flow) throw new InputError(`${where}: no attempt of ${flow} with whatsapp-web.js ${library}`);
  }
  return courses;
}

/** The course that a number in [0, 1) chooses. */
export function drawCourse(courses: readonly Course[], luck: number): Course {
  return courses[Math.floor(luck * courses.length)] as Course;
}
