import type { Counts, Interval } from './counts.ts';

/**
 * Wilson's score interval for a rate, here the failure rate:
 *
 *     (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
 *
 * E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212.
 * `z` is the normal quantile of one side. `attempts` must not be 0.
 */
export function wilsonInterval({ attempts, failures }: Counts, z: number): Interval {
  const rate = failures / attempts;
  const share = (z * z) / attempts;
  const centre = rate + share / 2;
  const half = z * Math.sqrt((rate * (1 - rate)) / attempts + share / (4 * attempts));
  // The ends are 0 and 1 exactly where they are in theory; rounding would leave ±1e-17.
  return {
    lower: failures === 0 ? 0 : (centre - half) / (1 + share),
    upper: failures === attempts ? 1 : (centre + half) / (1 + share),
  };
}
