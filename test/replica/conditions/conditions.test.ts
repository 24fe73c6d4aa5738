import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import {
  circumstancesOf,
  completeOptions,
  conditions,
  findCondition,
} from '../../../src/replica/conditions/conditions.ts';

test('every file of a condition is in the table, under its own name', () => {
  const files = readdirSync(new URL('../../../src/replica/conditions/', import.meta.url))
    .map((file) => file.replace('.ts', ''))
    .filter((file) => file !== 'condition' && file !== 'conditions');
  expect(conditions.map(({ name }) => name).sort()).toEqual(files.sort());
});

test.each(conditions.map((condition) => [condition.name, condition] as const))(
  '%s has a source and changes something',
  (_name, condition) => {
    expect(condition.sources.length).toBeGreaterThan(0);
    const { page, server, profile } = circumstancesOf(new Map([[condition, condition.options]]), 1);
    expect(Object.keys({ ...page, ...server, ...profile })).not.toEqual([]);
  },
);

test('the documentation has every condition with its options and how sure it is', () => {
  const documentation = readFileSync(join(packageRoot, 'docs/replica.md'), 'utf8');
  const flows = readFileSync(join(packageRoot, 'docs/flows.md'), 'utf8');
  for (const { name, options, confidence } of conditions) {
    const row = documentation.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row, name).toContain(`| ${confidence} |`);
    for (const option of Object.keys(options)) expect(row, name).toContain(`\`${option}\``);
    expect(flows).toContain(`\`${name}\``);
  }
});

test('without conditions nothing is changed', () => {
  expect(circumstancesOf(new Map(), 1)).toEqual({ page: {}, server: {}, profile: {} });
});

test('options replace defaults, and only those that exist, in their type', () => {
  const drop = findCondition('socket-drop');
  if (!drop) throw new Error('no socket-drop');
  expect(completeOptions(drop, { seconds: 7 })).toEqual({ afterSeconds: 1, seconds: 7 });
  expect(() => completeOptions(drop, { second: 7 })).toThrow(
    'has no option "second"; its options: afterSeconds, seconds',
  );
  expect(() => completeOptions(drop, { seconds: '7' })).toThrow(
    '"seconds" of condition socket-drop is a number, like 3',
  );
});

test('the wait of qr-reload follows the time scale, as the life of refs does', () => {
  const reload = findCondition('qr-reload');
  if (!reload) throw new Error('no qr-reload');
  expect(circumstancesOf(new Map([[reload, reload.options]]), 0.1).page.reloadWhileUnpairedMs).toBe(2000);
});
