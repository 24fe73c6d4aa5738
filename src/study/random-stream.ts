import { type Random, seededRandom } from '../contracts/seeded-random.ts';

/**
 * Random numbers that depend on the seed and on what they are for, and on nothing else: what one person does must not change
 * when another one draws more often. FNV-1a spreads the names.
 */
export function randomStream(seed: number, purpose: string): Random {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${seed} ${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return seededRandom(hash);
}
