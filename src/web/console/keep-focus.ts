/** Restores the focus after `change` to the same element, or to the one that has replaced it under its id. */
export async function keepFocus(change: () => void | Promise<void>): Promise<void> {
  const had = document.activeElement as HTMLElement | null;
  await change();
  if (document.activeElement !== document.body) return;
  (had?.isConnected ? had : had && document.getElementById(had.id))?.focus();
}
