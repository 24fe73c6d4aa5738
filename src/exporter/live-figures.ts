import { isEarlier } from '../contracts/build-finding.ts';
import { families } from '../metrics/families.ts';
import type { Instruments } from '../metrics/instruments.ts';
import type { Store } from '../store/open-store.ts';

/** What `watch --live`, and captures in a browser, found on the build that the live site served last, and how its looks go. */
export class LiveFigures {
  readonly #store: Store;
  readonly #build;
  readonly #seen;
  readonly #answered;
  readonly #failures;
  readonly #lost;
  readonly #worse;
  readonly #drift;

  constructor(store: Store, instruments: Instruments) {
    this.#store = store;
    this.#build = instruments.gauge(families.liveBuildInfo);
    this.#seen = instruments.gauge(families.liveBuildSeen);
    this.#answered = instruments.gauge(families.liveAnswered);
    this.#failures = instruments.gauge(families.liveFailures);
    this.#lost = instruments.gauge(families.liveLost);
    this.#worse = instruments.gauge(families.liveWorse);
    this.#drift = instruments.gauge(families.liveDrift);
  }

  async refresh(): Promise<void> {
    const { liveBuilds } = this.#store;
    const looks = await liveBuilds.looks();
    const served = looks?.build ? await liveBuilds.of(looks.build) : null;
    const last = served ?? (await liveBuilds.newest(1))[0];
    const all = [this.#build, this.#seen, this.#answered, this.#failures, this.#lost, this.#worse, this.#drift];
    for (const gauge of all) gauge.clear();
    if (looks) {
      this.#failures.set({}, looks.failures);
      if (looks.answeredAt !== null) this.#answered.set({}, looks.answeredAt / 1000);
    }
    if (!last) return;
    const { build, seenAt, finding } = last;
    this.#build.set({ build }, 1);
    this.#seen.set({}, seenAt / 1000);
    // A page that a browser ran shows more than its text; what both show counts once.
    const ran = await this.#store.liveDrift.of(build);
    const names = new Set([...finding.drift.map(({ behaviour }) => behaviour), ...ran.map(({ name }) => name)]);
    this.#drift.set({}, names.size);
    for (const { library, stops, lost } of finding.versions) {
      this.#lost.set({ library }, lost.length + (isEarlier(stops.after, stops.before) ? 1 : 0));
      this.#worse.set({ library }, finding.worse.filter((each) => each.library === library).length);
    }
  }
}
