import type { JudgedAttempt } from '../../src/contracts/judged-attempt.ts';
import type { Policy } from '../../src/contracts/policy.ts';
import { policySchema } from '../../src/contracts/policy.ts';
import type { Verdict } from '../../src/contracts/verdict.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { EvidenceCollector, type GateQuestion } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';

export const defaultPolicy = parseYamlFile('compat-matrix/policy.yaml', policySchema);
export const asOf = '2026-01-10T00:00:00.000Z';

let made = 0;

/** An attempt that passed, a day before `asOf`, except for what is given. */
export function attempt(
  library: string,
  more: Partial<JudgedAttempt> & Partial<JudgedAttempt['cell']> = {},
): JudgedAttempt {
  const {
    build = '2.3000.1029241508',
    browser = 'current',
    flow = 'qr-to-ready',
    condition = 'none',
    switches = {},
    target = 'replica',
    ...rest
  } = more;
  made++;
  return {
    id: `attempt-${String(made).padStart(6, '0')}`,
    startedAt: '2026-01-09T00:00:00.000Z',
    outcome: 'passed',
    phase: null,
    code: null,
    blame: null,
    // About three seconds, never twice the same.
    readyMs: 3000 + ((made * 7919) % 600),
    ...rest,
    cell: { library, build, browser, flow, condition, switches, target },
  };
}

/** What a failure looks like that says something about the library. */
export const neverReady = {
  outcome: 'failed',
  phase: 'ready',
  code: 'no-ready',
  blame: 'library',
  readyMs: null,
} as const;

/** `passed` attempts and `failed` ones of a library. */
export function attempts(
  library: string,
  passed: number,
  failed: number,
  more: Parameters<typeof attempt>[1] = {},
): JudgedAttempt[] {
  return [
    ...Array.from({ length: passed }, () => attempt(library, more)),
    ...Array.from({ length: failed }, () => attempt(library, { ...neverReady, ...more })),
  ];
}

/** The verdict on `new` against `old`. */
export function verdictOn(
  given: readonly JudgedAttempt[],
  policy: Policy = defaultPolicy,
  question: Partial<GateQuestion> = {},
): Verdict {
  const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf, ...question }, policy);
  for (const each of given) collector.add(each);
  return judge(collector.evidence(), policy);
}
