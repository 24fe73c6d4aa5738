import type { Page } from '../page.ts';

/** Navigations that leave the document as it is: a history entry and an iframe each time. */
export function startNavigations(page: Page): void {
  const { navigations } = page.circumstances;
  if (!navigations) return;
  let left = navigations.count;
  const timer = setInterval(() => {
    if (left-- <= 0) {
      clearInterval(timer);
      return;
    }
    history.replaceState(null, '', location.href);
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.src = 'about:blank#again';
    document.body.append(frame);
    setTimeout(() => frame.remove(), navigations.everyMs / 2);
  }, navigations.everyMs);
}
