import {
  type Attempt,
  type AttemptEvent,
  attemptSchema,
  type Cause,
  type Cell,
  type Provenance,
} from '../contracts/attempt.ts';
import { type Code, codes } from '../contracts/codes.ts';
import type { LoadedLibrary, PageFacts } from '../contracts/host.ts';
import type { Blame, Phase } from '../contracts/outcome.ts';
import { explain } from './cause/explain.ts';
import { codeOf, messageOf, outcomeOf } from './classify.ts';
import type { AttemptInput } from './run-attempt.ts';
import type { Steps } from './steps.ts';

/** What was seen of an attempt that is over. */
export interface Observed {
  startedAt: Date;
  durationMs: number;
  /** What ended the attempt; null when the flow and the closing of the client went well. */
  thrown: unknown;
  steps: Steps;
  events: AttemptEvent[];
  loaded: LoadedLibrary | null;
  page: PageFacts;
  browserMemoryBytes: number | null;
}

interface Judgement {
  phase: Phase | null;
  code: Code | null;
  blame: Blame | null;
  cause: Cause | null;
}

/** The record of an attempt: outcome, code, blame and cause out of what was seen. */
export function buildRecord(input: AttemptInput, observed: Observed): Attempt {
  const { page, events, steps } = observed;
  const provenance: Provenance = {
    requested: input.cell.library,
    installed: input.library.version,
    loaded: observed.loaded?.version ?? null,
    frames: [],
    integrity: input.library.integrity,
  };
  const judgement = judge(input, observed);
  return attemptSchema.parse({
    id: input.id,
    startedAt: observed.startedAt.toISOString(),
    seed: input.seed,
    outcome: outcomeOf(judgement.code),
    ...judgement,
    phases: steps.timings,
    durationMs: Math.round(observed.durationMs),
    events,
    provenance,
    page: { debugVersion: page.debugVersion, userAgent: page.userAgent },
    browserVersion: page.browserVersion,
    browserMemoryBytes: observed.browserMemoryBytes,
    artifacts: null,
  } satisfies Attempt);
}

function judge({ library, surface }: AttemptInput, { thrown, steps, events }: Observed): Judgement {
  if (thrown === null) return { phase: null, code: null, blame: null, cause: null };
  const { phase } = steps;
  const code = codeOf(thrown);
  const observed = messageOf(thrown);
  if (outcomeOf(code) === 'infra')
    return { phase, code, blame: codes[code].blame, cause: { message: observed, evidence: [] } };
  const explained = explain({ library, surface, phase, code, events, observed });
  const better = explained.code ?? code;
  return { phase, code: better, blame: explained.blame ?? codes[better].blame, cause: explained.cause };
}

/** The record of an attempt that never began, because its library is not there. */
export function recordOfNoLibrary(id: string, seed: number, cell: Cell, trouble: Error): Attempt {
  return attemptSchema.parse({
    id,
    startedAt: new Date().toISOString(),
    seed,
    outcome: outcomeOf('library-install-failed'),
    phase: 'install',
    code: 'library-install-failed',
    blame: codes['library-install-failed'].blame,
    cause: { message: trouble.message, evidence: [] },
    phases: {},
    durationMs: 0,
    events: [],
    provenance: { requested: cell.library, installed: null, loaded: null, frames: [], integrity: null },
    page: { debugVersion: null, userAgent: null },
    browserVersion: null,
    browserMemoryBytes: null,
    artifacts: null,
  } satisfies Attempt);
}
