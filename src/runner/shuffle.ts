import { seededRandom } from '../contracts/seeded-random.ts';

/**
 * The same items in an order that depends on the seed alone (Fisher-Yates), so that no cell is always attempted right after
 * the same other one and the order can be repeated.
 *
 * @param seed any integer.
 */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
