import type { Outcome } from '../../contracts/outcome.ts';

/** Drawn, not typed: a machine without a symbol font would show empty boxes for ✓ and ✗. */
const paths: Record<Outcome | 'not-run', string> = {
  passed: 'M2.5 8.5 6.5 12.5 13.5 4',
  failed: 'M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5',
  infra: 'M8 2.5V9.5M8 12.9V13',
  'not-run': 'M7.9 8H8.1',
};

const svg = 'http://www.w3.org/2000/svg';

/** The symbol of an outcome, in the colour of the text around it. */
export function mark(outcome: Outcome | null): SVGSVGElement {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', '0 0 16 16');
  picture.setAttribute('class', 'mark');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[outcome ?? 'not-run']);
  picture.append(path);
  return picture;
}
