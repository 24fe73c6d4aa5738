/**
 * Six significant digits: enough for any reader, and few enough that the last bits of `Math.exp` and `Math.log`, which
 * engines may compute differently, do not change the bytes of a verdict.
 */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : value;
}

/** A fraction in points with two decimals: 0.08333 is 8.33. */
export function inPoints(fraction: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(fraction * 10_000) / 100 + 0;
}

/** JSON has no Infinity. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
