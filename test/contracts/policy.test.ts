import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Policy, policySchema } from '../../src/contracts/policy.ts';
import { parseYaml, parseYamlFile } from '../../src/contracts/yaml-file.ts';

const file = 'compat-matrix/policy.yaml';
const text = readFileSync(file, 'utf8');

describe('the default policy', () => {
  it('is right, and points editors to its schema', () => {
    const policy: Policy = parseYamlFile(file, policySchema);
    expect(policy.success).toEqual({
      marginPoints: 10,
      looks: [10, 20, 40, 53, 60, 70, 80, 100, 120, 140, 160],
      falseBlock: 0.01,
      falsePromote: 0.045,
    });
    expect(text).toMatch(/^# yaml-language-server: \$schema=policy\.schema\.json\n/);
  });
});

describe('the schema for editors', () => {
  it('is that of the contract; `npx vitest run test/contracts/policy.test.ts --update` writes it anew', async () => {
    const schema = { $comment: 'Made from src/contracts/policy.ts.', ...z.toJSONSchema(policySchema, { io: 'input' }) };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../compat-matrix/policy.schema.json');
  });
});

describe('a policy with a mistake', () => {
  it.each([
    [
      'a margin of 0',
      'marginPoints: 10',
      'marginPoints: 0',
      /:\d+:\d+: success\.marginPoints: the margin is above 0 points/,
    ],
    [
      'a wrong key',
      'marginPoints: 10',
      'marginPoint: 10',
      /success\.marginPoint: unknown key, did you mean "marginPoints"\?/,
    ],
    ['a look after too many attempts', '140, 160]', '100000]', /success\.looks\[\d\]: at most 500 attempts per arm/],
    [
      'looks that go down',
      '[10, 20, 40, 53, 60, 70, 80, 100, 120, 140, 160]',
      '[20, 10]',
      /success\.looks: looks go from few to many attempts/,
    ],
    ['an error rate of 0', 'falseBlock: 0.01', 'falseBlock: 0', /success\.falseBlock: an error rate is above 0/],
    ['an unknown code', '[session-lost]', '[session-lots]', /hardRules\[2\]\.codes\[0\]: /],
    [
      'a hard rule for everything',
      '    codes: [provenance-mismatch]\n',
      '',
      /hardRules\[0\]: a hard rule names codes or phases/,
    ],
    ['a rule twice', 'name: lost-session', 'name: probe-failure', /hardRules: two hard rules have the same name/],
  ])('%s is named with file, line and key', (_, right, wrong, message) => {
    expect(text).toContain(right);
    const given = text.replace(right, wrong);
    expect(() => parseYaml(given, policySchema, 'policy.yaml')).toThrow(message);
  });
});
