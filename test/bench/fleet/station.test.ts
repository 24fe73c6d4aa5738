import { describe, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../../src/contracts/seeded-random.ts';
import { Station } from './station.ts';

const arrivals = 400_000;

/** Mean wait before service, in units of the mean service time: arrivals are random (Poisson), `load` is the share of busy servers. */
function meanWait(servers: number, load: number, service: (random: Random) => number): number {
  const random = seededRandom(1);
  const exponential = () => -Math.log(1 - random());
  const station = new Station(servers);
  let at = 0;
  let waited = 0;
  for (let i = 0; i < arrivals; i++) {
    at += exponential() / (load * servers);
    const ms = service(random);
    waited += station.serve(at, ms) - ms - at;
  }
  return waited / arrivals;
}

const fixed = () => 1;
const exponentialService = (random: Random) => -Math.log(1 - random());

/** Pollaczek and Khinchine: one server, fixed service time. */
const waitOfMD1 = (load: number) => load / (2 * (1 - load));

/** Erlang C: `servers` servers, exponential service times. */
function waitOfMMc(servers: number, load: number): number {
  const offered = servers * load;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) sum += term *= offered / k;
  const last = (term * offered) / servers / (1 - load);
  return last / (sum + last) / (servers * (1 - load));
}

describe('a station', () => {
  test.each([0.3, 0.6, 0.8])('with one server and fixed times has the mean wait of M/D/1 at load %f', (load) => {
    expect(Math.abs(meanWait(1, load, fixed) / waitOfMD1(load) - 1)).toBeLessThan(0.03);
  });

  test.each([
    [1, 0.7],
    [2, 0.7],
    [8, 0.6],
  ])('with %i servers and exponential times has the mean wait of M/M/c at load %f', (servers, load) => {
    expect(Math.abs(meanWait(servers, load, exponentialService) / waitOfMMc(servers, load) - 1)).toBeLessThan(0.05);
  });

  test.each([
    [2, 0.7],
    [4, 0.9],
    [16, 0.9],
  ])('with %i servers and fixed times lies between the bounds of M/D/c at load %f', (servers, load) => {
    const wait = meanWait(servers, load, fixed);
    // Brumelle: one server that is as fast as all together, less what is left of the others' work.
    expect(wait).toBeGreaterThan(waitOfMD1(load) / servers - (servers - 1) / (2 * servers));
    // Fixed times wait no longer than exponential ones.
    expect(wait).toBeLessThan(waitOfMMc(servers, load));
  });

  test('is busy for as long as its work takes', () => {
    const station = new Station(3);
    for (let i = 0; i < 10; i++) station.serve(i, 5);
    expect(station.busyMs).toBe(50);
  });
});
