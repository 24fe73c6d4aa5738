import { keepFocus } from './keep-focus.ts';

/**
 * Shows one child of `place` for each item, and recreates a child only when its item has changed, so that focus and opened parts
 * stay.
 *
 * @param keyOf identifies an item.
 */
export function keyedList<T>(
  place: HTMLElement,
  keyOf: (item: T) => string | number,
  make: (item: T) => HTMLElement,
): (items: readonly T[]) => void {
  let shown = new Map<string | number, { item: string; element: HTMLElement }>();
  return (items) => {
    const entries = items.map((item) => {
      const text = JSON.stringify(item);
      const key = keyOf(item);
      const known = shown.get(key);
      return [key, known?.item === text ? known : { item: text, element: make(item) }] as const;
    });
    shown = new Map(entries);
    void keepFocus(() =>
      arrange(
        place,
        [...shown.values()].map(({ element }) => element),
      ),
    );
  };
}

/** An element that keeps its position is not moved, since moving loses the focus. */
function arrange(place: HTMLElement, elements: readonly HTMLElement[]): void {
  for (const child of [...place.children]) if (!elements.includes(child as HTMLElement)) child.remove();
  elements.forEach((element, i) => {
    if (place.children[i] !== element) place.insertBefore(element, place.children[i] ?? null);
  });
}
