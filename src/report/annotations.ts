/** A line that GitHub shows on the page of a workflow run and in the list of checks of a pull request. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  title: string;
  message: string;
}

/** GitHub keeps the first ten annotations of each level per step. */
const shownPerLevel = 10;

/**
 * Annotations as workflow commands, one per line. Of a level with more than GitHub keeps, the last line says how many there are.
 *
 * @returns an empty text without annotations.
 */
export function annotationCommands(annotations: readonly Annotation[]): string {
  return [...Map.groupBy(annotations, ({ level }) => level).values()].flatMap(shown).map(command).join('');
}

function shown(ofLevel: readonly Annotation[]): Annotation[] {
  const [first] = ofLevel;
  if (first === undefined || ofLevel.length <= shownPerLevel) return [...ofLevel];
  const kept = ofLevel.slice(0, shownPerLevel - 1);
  const more = ofLevel.length - kept.length;
  return [...kept, { level: first.level, title: `${more} more`, message: 'The summary and the reports list all.' }];
}

function command({ level, title, message }: Annotation): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
