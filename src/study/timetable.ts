/** Things that happen at simulated times, one after the other; those of the same time in the order in which they were put. */
export class Timetable {
  readonly #entries: { at: number; happen: () => Promise<void> }[] = [];

  put(at: number, happen: () => Promise<void>): void {
    // From the end: most of what is put is later than most of what waits.
    let place = this.#entries.length;
    while (place > 0 && (this.#entries[place - 1] as { at: number }).at > at) place--;
    this.#entries.splice(place, 0, { at, happen });
  }

  /** Runs until nothing is left; what happens may put more. */
  async run(): Promise<void> {
    for (let entry = this.#entries.shift(); entry; entry = this.#entries.shift()) await entry.happen();
  }
}
