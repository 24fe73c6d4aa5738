import type { Outcome } from '../../contracts/outcome.ts';
import { iconPaths } from '../icons.ts';

const svg = 'http://www.w3.org/2000/svg';

/** The symbol of an outcome, in the colour of the text around it. */
export function mark(outcome: Outcome | null): SVGSVGElement {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', '0 0 16 16');
  picture.setAttribute('class', 'mark');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', iconPaths[outcome ?? 'not-run']);
  picture.append(path);
  return picture;
}
