import type { Attempt, Cell } from '../contracts/attempt.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Phase } from '../contracts/outcome.ts';
import type { Saying } from './replayed-hosts.ts';

/** How a start of a session proceeds with one library. */
export interface Course {
  /** The last event that the service receives, if nothing else happens. */
  reaches: 'nothing' | 'code' | 'authenticated' | 'ready';
  /** The last event of a host that ends before `ready`; null when it stops reporting. */
  says: Saying | null;
  /** Milliseconds from the start to the code, from the scan to `authenticated`, from there to `ready`. */
  codeMs: number;
  authenticatedMs: number;
  readyMs: number;
}

/** Recorded attempts of one library to link and to restore, without spoiled ones. */
export interface LibraryCourses {
  link: Course[];
  restore: Course[];
}

export type RecordedAttempt = { cell: Cell; attempt: Attempt };

/** The flows that a replay draws from. */
export const studiedFlows = { link: 'qr-to-ready', restore: 'restore-to-ready' } as const;

/** The event of a host for an attempt that ended with this code. With every other code the library stops reporting. */
const loudCodes: Partial<Record<string, Saying>> = {
  'initialize-failed': 'host:error',
  'auth-failure': 'client:auth_failure',
  disconnected: 'client:disconnected',
  'host-died': 'host:exited',
  'browser-died': 'browser:disconnected',
  // A restored page without a login shows a code.
  'session-lost': 'client:qr',
};

const stops: Partial<Record<Phase, Course['reaches']>> = {
  scan: 'code',
  authenticated: 'code',
  ready: 'authenticated',
};

/** The part of a recorded attempt that the service sees. */
export function courseOf({ outcome, phase, code, phases }: Attempt): Course {
  // The service does not see what fails after `ready` (a probe, the close).
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
 * Groups attempts by library. Attempts spoiled by the machine or the harness say nothing about a library and are left out.
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

/** The course chosen by a number in [0, 1). */
export function drawCourse(courses: readonly Course[], luck: number): Course {
  return courses[Math.floor(luck * courses.length)] as Course;
}
