/** Whether a CI system runs this: it sets `CI`, and `CI=false` or `CI=0` says that none does. */
export function onCi({ CI: value = '' }: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return !['', '0', 'false'].includes(value.toLowerCase());
}
