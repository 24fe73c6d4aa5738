/** How long the dialog that tells what is new stays away after a person closed it. [read: WAWebWhatsNewNux of 2026-04-27] */
export const coolOffDays = 30;

const dayMs = 86_400_000;
/** Where the time of the last closing is kept, in milliseconds since 1970; a logout clears it. */
const storageKey = 'WAWhatsNewCoolOff';

/** Whether the dialog that tells what is new is due, in the words of the real page: `dismiss` and `startCoolOffToday` keep it away. */
export class WhatsNewNux {
  shouldShow(): boolean {
    return Date.now() - Number(localStorage.getItem(storageKey) ?? 0) >= coolOffDays * dayMs;
  }

  /** The real page counts here how often it has shown the dialog; this page has no use for the count. */
  show(): void {}

  /** Counts only. */
  click(): void {}

  dismiss(): void {
    this.startCoolOffToday();
  }

  startCoolOffToday(): void {
    localStorage.setItem(storageKey, String(Date.now()));
  }
}
