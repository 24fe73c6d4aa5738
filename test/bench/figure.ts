/** One line of the table of a bench. */
export interface Figure {
  name: string;
  value: string;
  bar: string;
  ok: boolean;
}
