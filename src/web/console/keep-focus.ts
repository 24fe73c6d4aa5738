/** Gives the focus back to what had it before `change`, or to what has taken its place under its id. */
export async function keepFocus(change: () => void | Promise<void>): Promise<void> {
  const had = document.activeElement as HTMLElement | null;
  await change();
  if (document.activeElement !== document.body) return;
  (had?.isConnected ? had : had && document.getElementById(had.id))?.focus();
}
