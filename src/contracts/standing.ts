/** What is known of a library on a build: the attempts of all runs, flow by flow, in the usual browser, without a condition and with one choice of switches. */
export interface Standing {
  library: string;
  build: string;
  flows: FlowStanding[];
}

/** How the attempts of one flow ended. */
export interface FlowStanding {
  flow: string;
  passed: number;
  failed: number;
  /** Attempts that the machine or the harness spoiled: they say nothing about the library. */
  spoiled: number;
  /** The most frequent code of those that failed; null when none did. */
  code: string | null;
  /** The first line of the cause of the newest attempt with that code. */
  cause: string | null;
}

/** `varies`: some attempts pass and some fail. `unknown`: no attempt says anything about the library. */
export type Does = 'works' | 'fails' | 'varies' | 'unknown';

/** A flow works when all its attempts passed: one failure among many is reported, not rounded away. */
export function flowDoes({ passed, failed }: Pick<FlowStanding, 'passed' | 'failed'>): Does {
  if (failed === 0) return passed === 0 ? 'unknown' : 'works';
  return passed === 0 ? 'fails' : 'varies';
}

/**
 * What a version does on a build by all its flows: it works when every flow that was tried works, and fails when one flow never
 * passes, whatever the others do. This is the only place that decides it.
 */
export function versionDoes(flows: readonly FlowStanding[]): Does {
  const seen = new Set(flows.map(flowDoes));
  const worst = (['fails', 'varies', 'works'] as const).find((does) => seen.has(does));
  return worst ?? 'unknown';
}
