/** What is counted of a build; any other labels may be with it. */
type BuildLabels = { build: string } & Record<string, string>;

/** Stands for the build of a page that has not said it. */
export const unknownBuild = 'unknown';

/** How many builds are shown: the live site brings a few a day, and sessions run on the newest ones. */
const shownBuilds = 200;

/**
 * Counts by build and shows those builds alone that were counted last. The live site leaves builds behind for good, so the history of
 * a few months would fill the limit of the family, and the new builds, which people ask for, would be the ones under `overflow`. A
 * build that is counted again after all resumes its previous count.
 */
export class BuildCounter<Labels extends BuildLabels> {
  readonly #counter: { inc(labels: Labels, by: number): void; forget(labels: Labels): void };
  readonly #most: number;
  readonly #counts = new Map<string, Map<string, { labels: Labels; count: number }>>();
  /** Those that are shown, the one that was counted last at the end. */
  readonly #shown = new Set<string>();

  constructor(counter: { inc(labels: Labels, by: number): void; forget(labels: Labels): void }, most = shownBuilds) {
    this.#counter = counter;
    this.#most = most;
  }

  inc(labels: Labels): void {
    const { build } = labels;
    if (!this.#shown.delete(build)) this.#show(build);
    this.#shown.add(build);
    this.#counter.inc(labels, 1);
    this.#keep(labels);
    const [oldest] = this.#shown;
    if (oldest !== undefined && this.#shown.size > this.#most) this.#hide(oldest);
  }

  #keep(labels: Labels): void {
    const ofBuild = this.#counts.get(labels.build) ?? new Map<string, { labels: Labels; count: number }>();
    this.#counts.set(labels.build, ofBuild);
    const key = JSON.stringify(labels);
    ofBuild.set(key, { labels, count: (ofBuild.get(key)?.count ?? 0) + 1 });
  }

  #show(build: string): void {
    for (const { labels, count } of this.#counts.get(build)?.values() ?? []) this.#counter.inc(labels, count);
  }

  #hide(build: string): void {
    for (const { labels } of this.#counts.get(build)?.values() ?? []) this.#counter.forget(labels);
    this.#shown.delete(build);
  }
}
