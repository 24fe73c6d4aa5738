import { expect, test } from 'vitest';
import { type LogLevel, type LogLine, logLevels, logWriter } from '../../src/service/log-line.ts';
import { requestIdOf } from '../../src/service/request-origin.ts';

const lines: LogLine[] = [
  { event: 'delivered', delivery: '1' },
  { event: 'connected', account: 'a' },
  { event: 'ended', level: 'warn', account: 'a' },
  { event: 'trouble', request: 'r' },
];

function written(least: LogLevel): string[] {
  const texts: string[] = [];
  const log = logWriter(least, (text) => texts.push(text));
  for (const line of lines) log(line);
  return texts;
}

test.each([
  ['debug', ['delivered', 'connected', 'ended', 'trouble']],
  ['info', ['connected', 'ended', 'trouble']],
  ['warn', ['ended', 'trouble']],
  ['error', ['trouble']],
] as const)('at the level %s the log has the lines of this level and above', (least, events) => {
  expect(written(least).map((text) => JSON.parse(text).event)).toEqual(events);
});

test('a line is JSON with its time and level, and ends with a line feed', () => {
  const [line = ''] = written('warn');
  expect(JSON.parse(line)).toEqual({
    at: expect.stringMatching(/^20.*Z$/),
    level: 'warn',
    event: 'ended',
    account: 'a',
  });
  expect(line.endsWith('}\n')).toBe(true);
  expect(logLevels).toContain(JSON.parse(line).level);
});

test.each(['deploy.7', 'a'.repeat(64), '0AF7651916CD43DD8448EB211C80319C', '12345678-1234-4123-8123-123456789012'])(
  'the request id %s of a caller is taken on',
  (id) => {
    expect(requestIdOf(id)).toBe(id);
  },
);

test.each([
  undefined,
  '',
  'a'.repeat(65),
  'two words',
  'line\nfeed',
  '"quote"',
  '15550100000',
  'to-15550100000',
  ['a', 'b'],
])('a random id takes the place of %j', (id) => {
  expect(requestIdOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});
