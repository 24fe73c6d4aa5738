import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadFlow } from '../../src/runner/load-flow.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { attemptToy } from './toy-attempt.ts';

/** A flow file in a folder that has nothing to do with the project. */
async function userFlow(text: string, name = 'my-flow.ts') {
  const folder = temporaryFolder();
  const file = join(folder, name);
  await writeFile(file, text);
  return loadFlow(file);
}

const imports = `import { flow, type FlowContext } from 'wwebjs-canary';\n`;

test('a file anywhere gets the vocabulary under the name of the package, and drives the attempt', async () => {
  const flow = await userFlow(`${imports}
    export default flow('mine', async ({ client, phone }: FlowContext) => {
      if (!/^\\d{7,15}$/.test(phone.number)) throw new Error(phone.number);
      await client.start();
      const qr = await client.qr();
      await client.ready();
      if (!qr.includes(',')) throw new Error(qr);
    }, { timeScale: 0.5 });`);
  expect(flow).toMatchObject({ name: 'mine', timeScale: 0.5 });
  const attempt = await attemptToy('obedient', { flow });
  expect(attempt).toMatchObject({ outcome: 'passed', timeScale: 0.5 });
  expect(Object.keys(attempt.phases)).toEqual(['launch', 'page', 'qr', 'ready', 'close']);
});

test('a file reaches a peer with a phone and a client of its own, areas of a phone, and the world that it gives', async () => {
  const flow = await userFlow(`${imports}
    const world = { people: { '10005550001': {} }, phones: [{ number: '13125550171' }, { number: '13125550172' }] };
    export default flow('mine', async ({ client, phone, peer }: FlowContext) => {
      const other = await peer();
      const numbers = [phone.number, other.phone.number, (await peer()).phone.number].join();
      if (numbers !== '13125550171,13125550172,13125550172') throw new Error(numbers);
      await client.start();
      await other.client.start();
      await Promise.all([client.qr(), other.client.qr()]);
      const { id } = await other.phone.groups.create({ subject: 'Peers', participants: [phone.number, '10005550001'] });
      const { members } = await phone.groups.get(id);
      if (members.length !== 3) throw new Error(JSON.stringify(members));
    }, { world });`);
  const attempt = await attemptToy('obedient', { flow });
  expect(attempt).toMatchObject({ outcome: 'passed' });
  expect(attempt.events.some(({ type }) => type === 'peer:client:qr')).toBe(true);
});

test('a finding of a step keeps its code on its way through the file', async () => {
  const flow = await userFlow(`${imports}
    export default flow('mine', async ({ client, phone }: FlowContext) => {
      await client.start();
      await phone.scan(await client.qr());
    });`);
  const attempt = await attemptToy('obedient', { flow });
  expect(attempt).toMatchObject({ outcome: 'failed', phase: 'scan', code: 'qr-rejected', blame: 'library' });
});

test.each([
  ['throws', `throw new TypeError('no luck today')`, /no luck today/],
  ['calls what there is not', `await client.fly()`, /client\.fly is not a function/],
  ['exits', `process.exit(7)`, /ended its own thread \(code 7\)/],
  ['never ends', `await new Promise(() => {})`, /did not end within/],
  ['never lets go of its processor', `while (true);`, /did not end within/],
])('a file that %s is a failed attempt with blame harness', async (_, body, message) => {
  const flow = await userFlow(
    `${imports} export default flow('mine', async ({ client }: any) => { ${body} }, { deadlineSeconds: 3 });`,
  );
  const attempt = await attemptToy('obedient', { flow });
  expect(attempt).toMatchObject({ outcome: 'failed', code: 'flow-error', blame: 'harness' });
  expect(attempt.cause?.message).toMatch(message);
  expect(attempt.durationMs).toBeLessThan(8_000);
});

test.each([
  ['cannot be parsed', 'export default {', /my-flow\.ts cannot be loaded: /],
  ['has a wrong option', `export default { name: 'a', body() {}, timeScale: -1 }`, /timeScale/],
  ['has a broken world', `export default { name: 'a', body() {}, world: { phones: [{ number: 'x' }] } }`, /world/],
  ['never loads', 'await new Promise(() => {});', /cannot be loaded: /],
  ['imports what is not there', `import 'nowhere-to-be-found'; export default 1`, /nowhere-to-be-found/],
])('a file that %s is refused before anything is started', async (_, text, message) => {
  await expect(userFlow(text)).rejects.toThrow(message);
});
