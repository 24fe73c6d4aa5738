import { expect, test } from 'vitest';
import { parseStack } from '../../src/cause/parse-stack.ts';

test('frames of puppeteer 18 count from the start of the function, with the frames of Node behind them', () => {
  const stack = `Error: Evaluation failed: TypeError: Cannot read properties of undefined (reading 'on')
    at pptr://__puppeteer_evaluation_script__:10:31
    at ExecutionContext._ExecutionContext_evaluate (/srv/node_modules/puppeteer-core/lib/cjs/puppeteer/common/ExecutionContext.js:229:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at async Client.attachEventListeners (/srv/node_modules/whatsapp-web.js/src/Client.js:723:9)
    at async /srv/node_modules/whatsapp-web.js/src/Client.js:245:17`;
  expect(parseStack(stack)).toEqual([
    { kind: 'page', line: 10, column: 31, evaluatedAt: null },
    expect.objectContaining({ kind: 'node', line: 229 }),
    { kind: 'other', name: 'process.processTicksAndRejections' },
    { kind: 'node', file: '/srv/node_modules/whatsapp-web.js/src/Client.js', line: 723, column: 9 },
    { kind: 'node', file: '/srv/node_modules/whatsapp-web.js/src/Client.js', line: 245, column: 17 },
  ]);
});

test('frames of puppeteer 24 say where Node evaluated, and count from 0', () => {
  const [frame] = parseStack(
    '    at evaluate (evaluate at Client.inject (/srv/node_modules/whatsapp-web.js/src/Client.js:144:28), <anonymous>:2:66)',
  );
  const evaluatedAt = { file: '/srv/node_modules/whatsapp-web.js/src/Client.js', line: 144, column: 28 };
  expect(frame).toEqual({ kind: 'page', line: 3, column: 67, evaluatedAt });
});

test('source URLs of puppeteer 24 count from 1', () => {
  const [frame] = parseStack(
    '    at pptr:evaluate;Client.inject%20(%2Fsrv%2Fnode_modules%2Fwhatsapp-web.js%2Fsrc%2FClient.js%3A144%3A28):3:67',
  );
  const evaluatedAt = { file: '/srv/node_modules/whatsapp-web.js/src/Client.js', line: 144, column: 28 };
  expect(frame).toEqual({ kind: 'page', line: 3, column: 67, evaluatedAt });
});

test('of code made by eval only the name is kept', () => {
  expect(parseStack('    at fillModuleArray (eval at <anonymous> (:2:5), <anonymous>:6:74)')).toEqual([
    { kind: 'other', name: 'fillModuleArray' },
  ]);
});

test('a message without frames has none', () => {
  expect(parseStack('Error: something at all')).toEqual([]);
});
