import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { flowNames, loadFlow } from '../../src/runner/load-flow.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function flowFile(text: string, name = 'my-flow.mjs'): Promise<string> {
  const file = join(temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

test('every file in canaries is a flow of the same name', async () => {
  expect(flowNames()).toContain('qr-to-ready');
  for (const name of flowNames()) expect((await loadFlow(name)).name).toBe(name);
});

test('a file of the user is a flow by its path', async () => {
  const file = await flowFile(`export default { name: 'mine', body: async () => {} };`);
  expect((await loadFlow(file)).name).toBe('mine');
});

test.each([
  ['an unknown name', 'qr-to-raedy', /there is no such flow; did you mean "qr-to-ready"\?/],
  ['a name nothing is near to', 'zzz', /there are .*qr-to-ready/],
  ['a path without a file', './nowhere/flow.ts', /there is no file .*nowhere/],
])('%s is refused', async (_, spec, message) => {
  await expect(loadFlow(spec)).rejects.toThrow(InputError);
  await expect(loadFlow(spec)).rejects.toThrow(message);
});

test.each([
  ['a syntax error', 'export default {', /my-flow\.mjs cannot be loaded: \S/],
  ['an error while loading', `throw new Error('no luck today')`, /cannot be loaded: no luck today/],
  ['no default export', 'export const x = 1', /needs a default export made with flow\(name, body\)/],
])('a file with %s is refused', async (_, text, message) => {
  const file = await flowFile(text);
  await expect(loadFlow(file)).rejects.toThrow(InputError);
  await expect(loadFlow(file)).rejects.toThrow(message);
});

test('a flow imports the whole package, as any other program does', async () => {
  const names = Object.keys(await import('../../src/index.ts')).sort();
  const file = await flowFile(`
    import * as canary from 'wwebjs-canary';
    const names = Object.keys(canary).sort().join();
    if (names !== '${names.join()}') throw new Error('it has ' + names);
    export default canary.flow('mine', canary.linkByQr);`);
  expect((await loadFlow(file)).name).toBe('mine');
});
