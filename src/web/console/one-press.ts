/**
 * Takes a double click, and a key that is held down, for one press: the first may change the page within milliseconds, and the
 * rest would press a button that nobody has read yet. Only Enter repeats presses; the space bar presses when it is let go.
 */
export function onePress(): void {
  const stop = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('click', (event) => event.detail > 1 && isButton(event.target) && stop(event), true);
  addEventListener('keydown', (event) => event.repeat && event.key === 'Enter' && stop(event), true);
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button') !== null;
}
