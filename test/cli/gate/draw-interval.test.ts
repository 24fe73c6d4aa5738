import { expect, it } from 'vitest';
import { drawInterval } from '../../../src/cli/gate/draw-interval.ts';

it('draws the ends, the estimate, zero and the margin where they are', () => {
  const loss = { estimate: 2, lower: -6, upper: 14 };
  expect(drawInterval({ loss, marginPoints: 10 }, 51)).toBe('······················[──┼●───╎─]··················');
});

it('keeps what is beyond the scale at its end, and draws an empty scale when nothing is known', () => {
  const loss = { estimate: 0, lower: -90, upper: 80 };
  expect(drawInterval({ loss, marginPoints: 10 }, 21)).toBe('[─────────●─╎───────]');
  expect(drawInterval({ loss: null, marginPoints: 10 }, 21)).toBe('··········┼·╎········');
});
