import { el } from '../dom.ts';
import { keepFocus } from './keep-focus.ts';

/** A line for the error of a request, which screen readers read when it changes. */
export interface RequestLine {
  line: HTMLElement;
  /** Runs a request; its control is disabled until the answer. */
  run(control: { disabled: boolean }, request: () => Promise<void>): Promise<void>;
}

export function requestLine(): RequestLine {
  const line = el('p', { class: 'error', role: 'alert' });
  return {
    line,
    run: (control, request) =>
      // A disabled control loses the focus.
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
