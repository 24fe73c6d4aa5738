import type { Attempt, Cause, Cell, MethodCalls } from '../contracts/attempt.ts';
import { boundsWords } from '../contracts/bounds-words.ts';
import type { Confidence } from '../contracts/build-data.ts';
import type { Phase } from '../contracts/outcome.ts';
import type { OpenName, PredictedPhase, Prediction } from '../contracts/prediction.ts';

/** Whether what was predicted came; null where the two cannot be compared. */
export type Agreement = 'agrees' | 'differs' | null;

/** The predicted step that a phase belongs to: code that runs before the first code runs while the page loads, too. */
const steps: Partial<Record<Phase, PredictedPhase>> = {
  page: 'qr',
  qr: 'qr',
  authenticated: 'authenticated',
  ready: 'ready',
  probe: 'probe',
};

/**
 * Compares an attempt with its prediction, by phase and by the name that the cause blames. A prediction knows no conditions, and nothing of
 * what comes after the probe; a spoiled attempt says nothing.
 */
export function agreementOf(
  { condition }: Pick<Cell, 'condition'>,
  { outcome, phase, blame, cause, prediction }: Pick<Attempt, 'outcome' | 'phase' | 'blame' | 'cause' | 'prediction'>,
): Agreement {
  if (!prediction || condition !== 'none' || outcome === 'infra' || blame === 'harness') return null;
  if (outcome === 'passed') return prediction.phase === null ? 'agrees' : 'differs';
  const step = phase && steps[phase];
  if (!step) return null;
  if (prediction.phase !== null)
    return prediction.phase === step && isAmong(cause, prediction.names) ? 'agrees' : 'differs';
  const perhaps = prediction.perhaps.filter((each) => each.phase === step).map(({ name }) => name);
  return perhaps.length > 0 && isAmong(cause, perhaps) ? 'agrees' : 'differs';
}

/** True also where the cause names nothing, as that of a wait without an error. */
function isAmong(cause: Cause | null, names: readonly string[]): boolean {
  const blamed = cause?.export ?? cause?.module;
  return blamed === undefined || names.some((name) => name.split(/[^\w$]+/).includes(blamed));
}

/** `ends in ready: WAWebCollections.Call (reported, 2026-01-27)`, `nothing stops it up to the probe (read)`. */
export function predictionWords({ phase, names, perhaps, confidence, facts }: Prediction): string {
  const dates = [...new Set(facts.map(({ date }) => date))];
  const known = `(${[confidence, ...dates].join(', ')})`;
  if (phase !== null) return `ends in ${phase}: ${shortList(names)} ${known}`;
  const doubt = perhaps[0] ? `, perhaps ${perhaps[0].name} in ${perhaps[0].phase}` : '';
  return `nothing stops it up to the probe${doubt} ${known}`;
}

/** `WAWebX, which the build may have lost (after A and by B, inferred)`. */
export function openWords({ name, offered, ...change }: OpenName): string {
  const may = offered ? 'which the build may have lost' : 'which the build may have';
  return `${name}, ${may} (${boundsWords(change)}, ${change.confidence})`;
}

/** What of the page of a build is not known for sure; null where it was read. */
export function buildDoubt(
  confidence: Confidence | null,
  { behavioursOf }: Pick<Prediction, 'behavioursOf'>,
): string | null {
  if (behavioursOf !== undefined)
    return `was captured; its behaviours are those of ${behavioursOf}, the nearest build whose behaviours are known`;
  if (confidence === 'inferred')
    return 'lies between builds whose code was read; not every change between them is dated';
  return confidence === 'assumed' ? 'lies outside of the known builds: its page is a guess' : null;
}

/** How sure a cause is, with the date of the change that it cites last: `reported, 2026-01-27`; empty where nothing is known. */
export function causeConfidence({ cause, facts }: Attempt['confidence']): string {
  return cause === null ? '' : [cause, facts.at(-1)?.date].filter(Boolean).join(', ');
}

function shortList(names: readonly string[]): string {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Of each called method what its source predicts, and what its calls did. */
export interface MethodOutcome {
  name: string;
  predicted: string;
  happened: string;
  agreement: Agreement;
}

/** Whether a method that a flow tried did what it is for; null where nothing is known of it. */
const worked: Record<NonNullable<MethodCalls['result']>, boolean | null> = {
  works: true,
  failed: false,
  'no-effect': false,
  'not-modelled': null,
  'not-tried': null,
};

export function methodOutcomes({ methods, prediction }: Pick<Attempt, 'methods' | 'prediction'>): MethodOutcome[] {
  return methods.map(({ name, calls, failed, result, why: seen = '' }) => {
    const found = prediction?.methods.find((method) => method.name === name);
    const counted = failed === 0 ? `worked ${calls} of ${calls}` : `failed ${failed} of ${calls}`;
    const happened = result === undefined ? counted : `${result}${seen === '' ? '' : `: ${seen}`}`;
    // What the replica does not model, and what was not tried, agrees with nothing.
    const works = result === undefined ? failed === 0 : worked[result];
    if (!found) return { name, predicted: '', happened, agreement: null };
    const { status, why } = found;
    const agrees = (status === 'works') === works;
    return {
      name,
      predicted: why === '' ? status : `${status}: ${why}`,
      happened,
      agreement: status === 'unknown' || works === null ? null : agrees ? 'agrees' : 'differs',
    };
  });
}
