import { el } from '../dom.ts';

/** One tab: its panel is made when it is shown. */
export interface Tab {
  name: string;
  /** In words for a count, as `12`; empty for none. */
  count: string;
  panel(): Node;
}

let made = 0;

/** Tabs as the ARIA practices describe them: one is in the way of the Tab key, arrow keys go from one to the next. */
export class Tabs {
  readonly element: HTMLElement;
  readonly #tabs: readonly Tab[];
  readonly #buttons: HTMLButtonElement[];
  readonly #panel: HTMLElement;
  readonly #onShow: (panel: HTMLElement) => void;
  #shown: number;

  /** @param onShow called with the panel each time that its content is made. */
  constructor(label: string, tabs: readonly Tab[], shown: number, onShow: (panel: HTMLElement) => void) {
    const id = `tabs-${++made}`;
    this.#onShow = onShow;
    this.#tabs = tabs;
    this.#shown = shown;
    this.#buttons = tabs.map(({ name, count }, place) =>
      el(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `${id}-${place}`,
          'aria-controls': `${id}-panel`,
          onclick: () => this.show(place),
        },
        name,
        count !== '' && el('span', { class: 'count' }, count),
      ),
    );
    this.#panel = el('div', { role: 'tabpanel', id: `${id}-panel`, tabindex: '0' });
    const onkeydown = (event: Event) => this.#moveByKey(event as KeyboardEvent);
    this.element = el(
      'div',
      { class: 'tabs' },
      el('div', { role: 'tablist', 'aria-label': label, onkeydown }, ...this.#buttons),
      this.#panel,
    );
    this.show(shown);
  }

  show(place: number): void {
    this.#shown = place;
    for (const [i, button] of this.#buttons.entries()) {
      button.setAttribute('aria-selected', String(i === place));
      button.tabIndex = i === place ? 0 : -1;
    }
    this.#panel.setAttribute('aria-labelledby', this.#buttons[place]?.id ?? '');
    this.refresh();
  }

  /** Makes the shown panel again. */
  refresh(): void {
    this.#panel.replaceChildren(this.#tabs[this.#shown]?.panel() ?? '');
    this.#onShow(this.#panel);
  }

  #moveByKey({ key }: KeyboardEvent): void {
    const last = this.#tabs.length - 1;
    const moved: Record<string, number> = {
      ArrowLeft: this.#shown === 0 ? last : this.#shown - 1,
      ArrowRight: this.#shown === last ? 0 : this.#shown + 1,
      Home: 0,
      End: last,
    };
    const to = moved[key];
    if (to === undefined) return;
    this.show(to);
    this.#buttons[to]?.focus();
  }
}
