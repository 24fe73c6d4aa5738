import type { Parameters } from '../../contracts/shape.ts';

/**
 * Equal values as one. The code of a page repeats its names and parameters thousands of times, and a name that is cut out of a script would
 * keep the whole script in memory.
 */
export class SharedValues {
  readonly #names = new Map<string, string>();
  readonly #parameters = new Map<string, Parameters>();

  name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    // A copy through a buffer loses half characters.
    const own = JSON.parse(JSON.stringify(name)) as string;
    this.#names.set(own, own);
    return own;
  }

  names(names: Iterable<string>): string[] {
    return Array.from(names, (each) => this.name(each));
  }

  parameters(parameters: Parameters): Parameters {
    const key = JSON.stringify(parameters);
    const known = this.#parameters.get(key);
    if (known) return known;
    const own = parameters.map((each) => each && this.names(each));
    this.#parameters.set(key, own);
    return own;
  }
}
