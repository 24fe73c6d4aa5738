/** One line about what happened: no code to scan, no number, no text of a message. */
export interface LogLine {
  event: string;
  [field: string]: string | number | boolean | null;
}
