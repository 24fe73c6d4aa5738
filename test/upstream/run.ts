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
import type { MethodCheck } from '../../src/contracts/surface-check.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { methodWord } from '../../src/report/methods/method-table.ts';
import { checkMethods } from '../../src/surface/check-methods.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { startTestReplica } from '../../src/testing/start-test-replica.ts';
import { type Checkout, chromeIn, command, inCheckout } from './checkout.ts';

const exceptionsFile = join(import.meta.dirname, 'exceptions.yaml');
/** The whole title of the test. */
const test = z.string();
const exceptionSchema = z.union([
  z.strictObject({
    test,
    /** Versions of the library's package.json; all when left out. */
    versions: z.array(z.string()).optional(),
    /** It passes by chance. */
    sometimes: z.boolean().default(false),
    reason: z.string(),
  }),
  /** `brokenMethod` is a method of the type definitions, e.g. `Contact.block`. */
  z.strictObject({ test, brokenMethod: z.string() }),
  /** `needs` is the title of a test before it. */
  z.strictObject({ test, needs: z.string() }),
]);
type Exception = z.infer<typeof exceptionSchema>;
const exceptionsSchema = z.strictObject({ exceptions: z.array(exceptionSchema) });
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
  // As a new account has it on its phone; tests put it back at their end.
  phone.changeProfile({ about: 'Hey there! I am using WhatsApp.' });
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
    const outcome = resultsSchema.parse(JSON.parse(readFileSync(results, 'utf8')));
    for (const { message } of replica.findings()) console.log(`the replica: ${message}`);
    return report(`whatsapp-web.js ${version} on ${values.build}`, outcome, exceptionsOf(checkout, version));
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

/** What may fail on the checkout and the build, by test, and what its source predicts of its methods there. */
interface Exceptions {
  byTest: ReadonlyMap<string, Exception>;
  method(name: string): MethodCheck;
}

function exceptionsOf(checkout: string, version: string): Exceptions {
  const { exceptions } = parseYamlFile(exceptionsFile, exceptionsSchema);
  const isOfVersion = (exception: Exception) =>
    !('reason' in exception) || (exception.versions?.includes(version) ?? true);
  const methods = checkMethods(indexLibrary(checkout), resolveSurface(values.build));
  return {
    byTest: new Map(exceptions.filter(isOfVersion).map((exception) => [exception.test, exception])),
    method(name) {
      const found = methods.find((method) => method.name === name);
      if (!found) throw new Error(`${exceptionsFile}: ${name} is no method of ${version}`);
      return found;
    },
  };
}

type Results = z.infer<typeof resultsSchema>;

/** Why a test that failed may fail; undefined when it must not. */
function reasonOf(
  { fullTitle, err }: Results['failures'][number],
  { failures }: Results,
  { byTest, method }: Exceptions,
): string | undefined {
  const exception = byTest.get(fullTitle);
  if (!exception) return undefined;
  if ('reason' in exception) return exception.reason;
  if ('needs' in exception) {
    const isNeeded = ({ fullTitle: title }: { fullTitle: string }) => title === exception.needs;
    return failures.some(isNeeded) ? `It needs what failed before: ${exception.needs}` : undefined;
  }
  const { status: predicted, why: predictedWhy } = method(exception.brokenMethod);
  const word = methodWord({ result: 'failed', why: err.message ?? '', predicted, predictedWhy });
  return word === 'fails as predicted' ? `The library fails: ${predictedWhy}` : undefined;
}

/** True for a test that must fail. */
function mustFail({ byTest, method }: Exceptions, test: string): boolean {
  const exception = byTest.get(test);
  if (!exception || 'needs' in exception) return false;
  return 'reason' in exception ? !exception.sometimes : method(exception.brokenMethod).status === 'broken';
}

/** @returns the exit code of the whole. */
function report(what: string, results: Results, exceptions: Exceptions): number {
  const { stats, passes, pending, failures } = results;
  const explained = failures.map((failure) => ({ ...failure, reason: reasonOf(failure, results, exceptions) }));
  for (const { fullTitle, err, reason } of explained) {
    console.log(reason ? `exception: ${fullTitle}: ${reason}` : `FAILED: ${fullTitle}: ${err.message}`);
  }
  const mended = passes.filter(({ fullTitle }) => mustFail(exceptions, fullTitle));
  for (const { fullTitle } of mended) console.log(`PASSES, though it is an exception: ${fullTitle}`);
  const unexpected = explained.filter(({ reason }) => !reason).length;
  console.log(
    `${what}: ${stats.tests} tests, ${passes.length} passed, ${failures.length} failed (${failures.length - unexpected} of them exceptions), ${pending.length} left out by themselves`,
  );
  return unexpected + mended.length > 0 ? 1 : 0;
}
