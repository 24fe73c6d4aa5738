/** A value as JSON that can stand inside a script element: no `</script>`, no `<!--`, no line separators that old parsers end lines at. */
export function embedJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** A script element that holds a value as JSON under an id. */
export function embedScript(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${embedJson(value)}</script>\n`;
}
