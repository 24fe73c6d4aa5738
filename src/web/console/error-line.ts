import { el } from '../report/dom.ts';

/** A line for what went wrong, read out by screen readers when it changes. */
export function errorLine(): { line: HTMLElement; show(work: () => Promise<void>): Promise<void> } {
  const line = el('p', { class: 'error', role: 'alert' });
  return {
    line,
    async show(work) {
      line.textContent = '';
      try {
        await work();
      } catch (error) {
        line.textContent = (error as Error).message;
      }
    },
  };
}
