import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { nightlySchema, readNightly } from '../../src/contracts/nightly.ts';
import { parseYaml } from '../../src/contracts/yaml-file.ts';

const read = (text: string) => parseYaml(`schemaVersion: 1\n${text}`, nightlySchema, 'nightly.yaml');

describe('nightly.yaml', () => {
  test('of the package asks for everything but the live site', () => {
    const { budget, capture, check, run, gate, live } = readNightly(join(packageRoot, 'compat-matrix', 'nightly.yaml'));
    expect({ budget, capture, check, run, gate, live }).toEqual({
      budget: 300 * 60_000,
      capture: true,
      check: true,
      run: { repeat: 1 },
      gate: { prereleases: false },
      live: undefined,
    });
  });

  test('with nothing but a budget only reports', () => {
    expect(read('budget: 5')).toEqual({
      schemaVersion: 1,
      budget: 300_000,
      capture: false,
      check: false,
      report: 'list',
    });
  });

  test.each([
    ['no budget', '', /^nightly\.yaml:1:1: budget: /],
    ['no time', 'budget: 0', /^nightly\.yaml:2:9: budget: the budget is in minutes, up to 1440$/],
    ['a budget of days', 'budget: 3000', /budget: the budget is in minutes/],
    [
      'a key with a typo',
      'budget: 5\ncaptur: true',
      /^nightly\.yaml:3:1: captur: unknown key, did you mean "capture"\?$/,
    ],
    [
      'a key of a part with a typo',
      'budget: 5\ngate: { baselin: 1.34.7 }',
      /gate\.baselin: unknown key, did you mean "baseline"\?$/,
    ],
    ['an address that is none', 'budget: 5\nwebhook: hooks', /webhook: it has to be an address such as https:/],
    ['an empty list', 'budget: 5\nlive: { flow: [] }', /live\.flow: /],
    ['a version that YAML reads as a number', 'budget: 5\ngate: { baseline: 1.34 }', /gate\.baseline: /],
  ])('is refused with %s, with line and key', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
