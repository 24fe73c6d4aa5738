import type {
  ConditionOptions,
  PageCircumstances,
  ProfileCircumstances,
  ServerCircumstances,
} from '../../contracts/circumstances.ts';

/** A circumstance that any flow can run under; off by default. */
export interface Condition<O extends ConditionOptions = ConditionOptions> {
  name: string;
  /** One sentence: what is different. */
  what: string;
  /** Reports, `<tracker>#<number>` (wwebjs is the tracker of the library of that name), or modules of real builds. */
  sources: readonly string[];
  confidence: 'read' | 'reported' | 'inferred' | 'assumed';
  /** Names and defaults of its options. Times in seconds. */
  options: O;
  /** How long after the first sync it is still active; absent when it has ended by then. */
  lastsSeconds?: (options: O) => number;
  /** @param timeScale multiplies the long waits of the real service. */
  page?: (options: O, timeScale: number) => PageCircumstances;
  server?: (options: O, timeScale: number) => ServerCircumstances;
  /** What a run changes in the profile of its browser. A replica alone has no profile, so it refuses such a condition. */
  profile?: (options: O) => ProfileCircumstances;
}

/** Type-checks the options of a condition against its functions, then widens their type. */
export function condition<O extends ConditionOptions>(definition: Condition<O>): Condition {
  return definition as unknown as Condition;
}
