/**
 * p-values adjusted for their number: the chance that any of them is below a level by chance alone stays at that level.
 * In order of size, each is multiplied by the number of those that are left, and never falls below the one before it.
 * S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979) 65-70.
 *
 * @returns adjusted values in the order of `pValues`.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let floor = 0;
  order.forEach((index, rank) => {
    floor = Math.max(floor, Math.min(1, (pValues[index] as number) * (pValues.length - rank)));
    adjusted[index] = floor;
  });
  return adjusted;
}
