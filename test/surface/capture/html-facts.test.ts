import { expect, test } from 'vitest';
import { switchValuesOf } from '../../../src/surface/capture/html-facts.ts';

test('of the values of switches words are kept, and no texts', () => {
  const gkx = { 26258: { result: true, hash: 'AT5' }, 5: { result: 'a text with spaces' }, hello: { result: false } };
  const qex = {
    5241: { r: null },
    1: { r: 'comms-worker' },
    2: { r: { nested: 'x' } },
    3: { r: 'x'.repeat(65) },
    4: { r: 20 },
  };
  const html = `<script>{"gkxData":${JSON.stringify(gkx)},"qexData":${JSON.stringify(qex)}}</script>["cr:9486",["Name"],1]`;
  expect(switchValuesOf(html)).toEqual({
    ...{ 'gkx 26258': 'true', 'qex 5241': 'null', 'qex 1': 'comms-worker', 'qex 4': '20', 'cr 9486': 'true' },
  });
});
