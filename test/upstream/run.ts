/**
 * Runs the mocha tests of whatsapp-web.js itself on the replica: `npm run test:upstream -- --from CHECKOUT`. Nothing of them is changed but
 * the browser's path and flags, and that `initialize()` of a linked client waits for `ready`. A test that fails, and an exception that
 * passes, end it with code 1.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { startTestReplica } from '../../src/testing/start-test-replica.ts';
import { type Checkout, chromeIn, command, inCheckout } from './checkout.ts';

const exceptionsFile = join(import.meta.dirname, 'exceptions.yaml');
const exceptionsSchema = z.strictObject({
  exceptions: z.array(
    z.strictObject({
      /** The whole title of the test. */
      test: z.string(),
      /** Versions of the library's package.json; all when left out. */
      versions: z.array(z.string()).optional(),
      /** It passes by chance. */
      sometimes: z.boolean().default(false),
      reason: z.string(),
    }),
  ),
});
const resultsSchema = z.object({
  stats: z.object({ tests: z.number(), duration: z.number().optional() }),
  passes: z.array(z.object({ fullTitle: z.string() })),
  pending: z.array(z.object({ fullTitle: z.string() })),
  failures: z.array(z.object({ fullTitle: z.string(), err: z.object({ message: z.string().optional() }) })),
});

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    build: { type: 'string', default: '2.3000.1032534684' },
    grep: { type: 'string' },
  },
});
await inCheckout(values.from, 'tests', run);

async function run({ root: checkout, folder }: Checkout): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  addLegacyAuth(checkout);
  const replica = await startTestReplica({ build: values.build, phones: ['13125550101', '13125550102'] });
  const [phone, remote] = replica.phones;
  if (!phone || !remote) throw new Error('there are no phones');
  const env = {
    PUPPETEER_EXECUTABLE_PATH: await chromeIn(folder, replica.chromiumArgs),
    WWEBJS_TEST_CLIENT_ID: 'upstream',
    WWEBJS_TEST_REMOTE_ID: `${remote.number}@c.us`,
    // Older tests ask whether the session is one of several devices.
    WWEBJS_TEST_MD: '1',
    TMPDIR: folder,
  };
  try {
    await link(checkout, env, (qr) => phone.scan(qr));
    const results = join(folder, 'results.json');
    const hook = join(import.meta.dirname, 'wait-for-ready.cjs');
    const grep = values.grep === undefined ? [] : ['--grep', values.grep];
    const reporter = ['--reporter', 'json', '--reporter-option', `output=${results}`];
    await command(
      'npx',
      ['mocha', 'tests', '--recursive', '--timeout', '5000', '--exit', '--require', hook, ...reporter, ...grep],
      checkout,
      env,
    );
    if (!existsSync(results)) throw new Error('mocha ended without results, see its output above');
    return report(version, resultsSchema.parse(JSON.parse(readFileSync(results, 'utf8'))), replica.findings());
  } finally {
    await replica.close();
  }
}

/** Tests of 1.25.0 and later load a strategy that these versions no longer have; with this one only its own tests fail. */
function addLegacyAuth(checkout: string): void {
  const file = join(checkout, 'src/authStrategies/LegacySessionAuth.js');
  if (existsSync(file)) return;
  writeFileSync(
    file,
    `module.exports = class { constructor() { throw new Error('LegacySessionAuth is not in this version'); } };\n`,
  );
}

/** Links a client of the checkout, which keeps its session in the folder that the tests use. */
async function link(
  checkout: string,
  env: Record<string, string>,
  scan: (qr: string) => Promise<unknown>,
): Promise<void> {
  const file = join(checkout, 'link.cjs');
  writeFileSync(
    file,
    `const { Client, LocalAuth } = require('.');
const client = new Client({ authStrategy: new LocalAuth({ clientId: 'upstream' }) });
client.on('qr', (qr) => process.send(qr));
client.on('ready', () => setTimeout(() => client.destroy().then(() => process.exit(0)), 1000));
client.initialize();
`,
  );
  const child = spawn(process.execPath, [file], {
    cwd: checkout,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (qr) => void scan(String(qr)).catch(console.error));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the client of the checkout did not become ready (code ${code})`);
}

/** @returns the exit code of the whole. */
function report(
  version: string,
  { stats, passes, pending, failures }: z.infer<typeof resultsSchema>,
  findings: readonly { message: string }[],
): number {
  const { exceptions } = parseYamlFile(exceptionsFile, exceptionsSchema);
  const known = new Map(
    exceptions
      .filter(({ versions }) => versions === undefined || versions.includes(version))
      .map((exception) => [exception.test, exception] as const),
  );
  const unexpected = failures.filter(({ fullTitle }) => !known.has(fullTitle));
  const mended = passes.filter(({ fullTitle }) => known.get(fullTitle)?.sometimes === false);
  for (const { fullTitle, err } of failures) {
    console.log(
      `${known.has(fullTitle) ? 'exception' : 'FAILED'}: ${fullTitle}: ${known.get(fullTitle)?.reason ?? err.message}`,
    );
  }
  for (const { fullTitle } of mended) console.log(`PASSES, though it is an exception: ${fullTitle}`);
  for (const { message } of findings) console.log(`the replica: ${message}`);
  console.log(
    `whatsapp-web.js ${version} on ${values.build}: ${stats.tests} tests, ${passes.length} passed, ${failures.length} failed (${failures.length - unexpected.length} of them exceptions), ${pending.length} left out by themselves`,
  );
  return unexpected.length + mended.length > 0 ? 1 : 0;
}
