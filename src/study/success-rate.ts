import { upperQuantile } from '../gate/statistics/normal.ts';
import { wilsonInterval } from '../gate/statistics/wilson-interval.ts';
import type { NumberCounts } from './count-requests.ts';

export interface RequestSuccess {
  rate: number;
  lower: number;
  upper: number;
}

const oneSide = upperQuantile(0.025);

/**
 * The share of requests that succeeded, with a 95 % interval. Requests for one number depend on each other, so the interval is Wilson's for
 * as many requests as the sample is worth: n divided by the design effect, which is the variance of the ratio over
 * numbers, k/(k−1) Σ(sᵢ − p nᵢ)² / n², by that of independent requests, p(1−p)/n (Kish, Survey Sampling, 1965). An effect below
 * 1, or an unknown one, counts as 1. There has to be a request.
 */
export function requestSuccess(numbers: readonly Pick<NumberCounts, 'ended' | 'succeeded'>[]): RequestSuccess {
  const ended = numbers.reduce((sum, each) => sum + each.ended, 0);
  const rate = numbers.reduce((sum, each) => sum + each.succeeded, 0) / ended;
  const squares = numbers.reduce((sum, each) => sum + (each.succeeded - rate * each.ended) ** 2, 0);
  const variance = ((numbers.length / (numbers.length - 1)) * squares) / ended ** 2;
  const effect = Math.max(1, variance / ((rate * (1 - rate)) / ended) || 1);
  const attempts = ended / effect;
  const { lower, upper } = wilsonInterval({ attempts, failures: (1 - rate) * attempts }, oneSide);
  return { rate, lower: 1 - upper, upper: 1 - lower };
}
