const steps: Record<string, [rows: number, columns: number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** The cells that an arrow key moves the focus from and to; null for other keys and at the edges of the table. */
export function cellByArrow(event: KeyboardEvent): { from: HTMLTableCellElement; to: HTMLTableCellElement } | null {
  const step = steps[event.key];
  const from = (event.target as HTMLElement).closest('td');
  const row = from?.closest('tr');
  const table = row?.closest('table');
  if (!step || !from || !row || !table) return null;
  event.preventDefault();
  const to = table.rows[row.rowIndex + step[0]]?.cells[from.cellIndex + step[1]];
  return to ? { from, to } : null;
}
