import type { FlowVerdict } from '../../contracts/verdict.ts';

/** Points at both ends of the scale; a loss beyond them is drawn at the end. */
const scale = 50;

/**
 * The interval of the loss on a line from −50 to +50 points: `[` and `]` its ends, `●` the estimate, `┼` zero, `╎` the margin.
 * What closes in left of the margin will be promoted, right of zero blocked.
 *
 * @param width columns of the line.
 */
export function drawInterval(
  { loss, marginPoints }: Pick<FlowVerdict, 'loss' | 'marginPoints'>,
  width: number,
): string {
  const column = (points: number) =>
    Math.round(((Math.min(scale, Math.max(-scale, points)) + scale) / (2 * scale)) * (width - 1));
  const line = Array.from({ length: width }, () => '·');
  if (loss) line.fill('─', column(loss.lower), column(loss.upper) + 1);
  line[column(0)] = '┼';
  line[column(marginPoints)] = '╎';
  if (loss) {
    line[column(loss.lower)] = '[';
    line[column(loss.upper)] = ']';
    line[column(loss.estimate)] = '●';
  }
  return line.join('');
}
