import { type Random, seededRandom } from '../contracts/seeded-random.ts';

/**
 * Random numbers that depend only on the seed and their purpose, so that one person behaves the same when another draws more
 * often. FNV-1a spreads the names.
 */
export function randomStream(seed: number, purpose: string): Random {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${seed} ${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return seededRandom(hash);
}
