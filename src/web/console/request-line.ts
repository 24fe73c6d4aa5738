import { el } from '../dom.ts';
import { keepFocus } from './keep-focus.ts';

/** A line for what went wrong with a request, read out by screen readers when it changes. */
export interface RequestLine {
  line: HTMLElement;
  /** Runs a request; what it was asked with can do nothing meanwhile. */
  run(control: { disabled: boolean }, request: () => Promise<void>): Promise<void>;
}

export function requestLine(): RequestLine {
  const line = el('p', { class: 'error', role: 'alert' });
  return {
    line,
    run: (control, request) =>
      // A control that is disabled loses the focus.
      keepFocus(async () => {
        line.textContent = '';
        control.disabled = true;
        try {
          await request();
        } catch (error) {
          line.textContent = (error as Error).message;
        } finally {
          control.disabled = false;
        }
      }),
  };
}
