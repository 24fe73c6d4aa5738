/** Text for a table cell: nothing in it is read as markup. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[|*_`[\]\\~]/g, '\\$&')
    .replace(/\s*\n\s*/g, ' ');
}
