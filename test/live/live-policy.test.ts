import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { readLivePolicy } from '../../src/live/live-policy.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const text = readFileSync(join(packageRoot, 'compat-matrix', 'live-policy.yaml'), 'utf8');

function changed(from: string, to: string): string {
  const file = join(temporaryFolder(), 'live-policy.yaml');
  if (!text.includes(from)) throw new Error(`the policy has no ${from}`);
  writeFileSync(file, text.replace(from, to));
  return file;
}

test.each([
  ['spacing: 10m', 'spacing: 4m', /:\d+:\d+: restores\.spacing: the hard limits are 5m to 7d/],
  ['perHour: 4', 'perHour: 9', /restores\.perHour: the hard limits are 1 to 8/],
  ['perDay: 50', 'perDay: 201', /messages\.perDay: the hard limits are 1 to 200/],
  ['qrPerDay: 3', 'qrPerDay: 6', /codes\.qrPerDay: the hard limits are 1 to 5/],
  ['removed: 24h', 'removed: 1h', /coolDowns\.removed: the hard limits are 24h to 30d/],
  ['devicesPerNumber: 2', 'devicesPerNumber: 4', /devicesPerNumber: the hard limits are 1 to 3/],
  ['flows: [restore-to-ready,', 'flows: [qr-to-ready,', /builds\.flows\[0\]: Invalid option/],
  ['[7, 10, 13]', '[7, 13]', /phone\.remindAfterDays/],
  ['[7, 10, 13]', '[7, 7, 13]', /phone\.remindAfterDays: each reminder is later than the one before/],
  ['[7, 10, 13]', '[7, 10, 14]', /phone\.remindAfterDays.*: the hard limits are 1 to 13/],
  ['spacing: 10m', 'spacing: soon', /restores\.spacing: a time is a number of seconds/],
  ['perHour: 4', 'perHours: 4', /restores\.perHours: unknown key, did you mean "perHour"\?/],
])('%s as %s is refused with file, line and key', (from, to, message) => {
  expect(() => readLivePolicy(changed(from, to))).toThrow(message);
});

test('a policy that names no flows for new builds restores only, and sends no message', () => {
  const file = changed('  flows: [restore-to-ready, message-round-trip]\n', '');
  expect(readLivePolicy(file).builds.flows).toEqual(['restore-to-ready']);
});

test('a policy that is stricter than that of the project is accepted', () => {
  expect(readLivePolicy(changed('spacing: 10m', 'spacing: 2h')).restores.spacing).toBe(7_200_000);
});
