import { h, render } from 'preact';
import { Console } from './console.tsx';

onePress();
render(h(Console, null), document.body);

/**
 * Treats a double click and a held key as one press: the first press may change the page within milliseconds, and the rest
 * would press a button that the user has not read yet. Only Enter repeats presses; the space bar presses on release.
 */
function onePress(): void {
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
