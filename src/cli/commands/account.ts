import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ensureBrowser } from '../../browser/ensure-browser.ts';
import type { Attempt } from '../../contracts/attempt.ts';
import { liveBuild } from '../../contracts/build-number.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { InputError } from '../../contracts/input-error.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import type { SealedAccount } from '../../live/account-pool.ts';
import { type PoolRefusal, phoneReminder } from '../../live/limits.ts';
import { linkAccount } from '../../live/link-account.ts';
import type { LivePolicy } from '../../live/live-policy.ts';
import { refusalWords } from '../../live/not-allowed-yet.ts';
import { useOf } from '../../live/pool-tables.ts';
import { sealAnew } from '../../live/seal-anew.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import type { AttemptInput } from '../../runner/attempt-input.ts';
import { deadlineFactor } from '../../runner/deadlines.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import { readMatrix } from '../../runs/read-plan.ts';
import { plural } from '../../words/text.ts';
import { liveAttempts, startOptions, withPool, withSealedPool } from '../live/open-pool.ts';
import { addPoolOptions, onCodeOption, type PoolOptions } from '../options/live-options.ts';
import { phoneNumber } from '../options/option-values.ts';
import { stopSignal } from '../process/signals.ts';

interface LinkOptions extends PoolOptions {
  number?: string;
  code?: true;
  onCode?: string;
  qrFile?: string;
  library?: string;
  browser: string;
}

/** `account`: numbers of the user's own for attempts on the live site. */
export function accountCommand(): Command {
  const account = new Command().addHelpText(
    'after',
    `
Use numbers that you can lose: WhatsApp may ban them. docs/live.md has the risks, the set-up and the limits.

Examples:
  wwebjs-canary account add anna
  wwebjs-canary account add ben --code --number 15550100123
  wwebjs-canary account list
  wwebjs-canary run --target live --library 1.34.7`,
  );
  const named = (name: string, description: string) =>
    addPoolOptions(account.command(name).description(description).argument('<name>', 'as account list shows it'));
  addPoolOptions(
    account
      .command('add')
      .description('link a number once: shows a QR code in the terminal and as a picture, or a pairing code')
      .argument('<name>', 'a name of your own: a-z, 0-9 and "-", no phone number'),
  )
    .option('--code', 'link by pairing code; needs --number')
    .option('--number <digits>', 'the international number of the account', phoneNumber)
    .addOption(onCodeOption())
    .option('--qr-file <file>', 'where the QR code is written as PNG (default: in the home folder)')
    .option('--library <version>', 'the version that links it (default: the last one of the matrix)')
    .option('--browser <name>', 'the browser that links it; an older one cannot use the account later', 'current')
    .addHelpText('after', addExamples)
    .action(add);
  addPoolOptions(account.command('list').description('list accounts, their state, and what they wait for'))
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  wwebjs-canary account list\n  wwebjs-canary account list --json')
    .action(list);
  named('check', 'start the account once, within its limits, and say whether it is still linked')
    .option('--phone-seen', 'only write down that a person has opened the phone today')
    .option('--browser <name>', 'the browser to start it in', 'current')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary account check anna\n  wwebjs-canary account check anna --phone-seen',
    )
    .action(check);
  stopping(account, 'pause', 'use an account no more, or none at all, until it is resumed', pause).option(
    '--because <text>',
    'the reason, which list shows',
    reason,
    'a person paused it',
  );
  stopping(account, 'resume', 'use an account again, or the whole pool, after a person has looked after it', resume);
  addPoolOptions(
    account.command('reseal').description('seal numbers and profiles with the first key of WWEBJS_CANARY_SEAL_KEY'),
  )
    .addHelpText('after', '\nExample:\n  WWEBJS_CANARY_SEAL_KEY=NEW,OLD wwebjs-canary account reseal')
    .action(reseal);
  named('remove', 'forget an account and its profile; remove its device on the phone, too')
    .addHelpText('after', '\nExample:\n  wwebjs-canary account remove anna')
    .action(remove);
  return account;
}

const addExamples = `
Examples:
  wwebjs-canary account add anna
  wwebjs-canary account add ben --code --number 15550100123
  wwebjs-canary account add carl --on-code './show-to-the-phone.sh'`;

const longestReason = 200;

/** Parses a reason for commander. */
function reason(text: string): string {
  if (text.trim() !== '' && text.length <= longestReason) return text;
  throw new InvalidArgumentError(`It has to be a text of 1 to ${longestReason} characters.`);
}

interface StopOptions extends PoolOptions {
  all?: true;
  because?: string;
}

function stopping(
  account: Command,
  name: string,
  description: string,
  action: (name: string | undefined, options: StopOptions) => Promise<void>,
): Command {
  const command = account.command(name).description(description);
  return addPoolOptions(command.argument('[name]', 'as account list shows it'))
    .option('--all', 'the whole pool: one switch for everything')
    .addHelpText('after', `\nExamples:\n  wwebjs-canary account ${name} anna\n  wwebjs-canary account ${name} --all`)
    .action(action);
}

async function add(name: string, options: LinkOptions): Promise<void> {
  const { number = null, code, onCode, qrFile, library, browser } = options;
  if (code && number === null)
    throw new InputError('account add --code: a pairing code is for a number, so give --number');
  const flow = code ? 'pairing-code-to-ready' : 'qr-to-ready';
  const { progress } = processTerminal();
  await withPool(options, async (pool) => {
    await pool.accounts.checkNew(name, number);
    const starts = startOptions({ onCode, qrFile, write: progress });
    const version = library ?? lastOfMatrix();
    const attempt = await attemptOnce({ flow, library: version, browser }, (input) =>
      linkAccount(pool, starts, { name, number, input }),
    );
    process.exitCode = tell(name, attempt, 'is linked, and in the pool');
  });
}

async function check(name: string, options: PoolOptions & { phoneSeen?: true; browser: string }): Promise<void> {
  const { progress, result } = processTerminal();
  await withPool(options, async (pool) => {
    if (options.phoneSeen) {
      await pool.accounts.phoneSeen(name);
      result(`account ${name}: its phone was opened today\n`);
      return;
    }
    const { library } = await pool.accounts.find(name);
    const starts = liveAttempts(pool, { accounts: [name], write: progress });
    const choice = { flow: 'restore-to-ready', library, browser: options.browser };
    const attempt = await attemptOnce(choice, (input) => starts.attempt(input));
    process.exitCode = tell(name, attempt, 'is linked, and became ready');
  });
}

/** Makes one attempt that no store keeps. */
async function attemptOnce(
  { flow, library: version, browser: name }: { flow: string; library: string; browser: string },
  attempt: (input: AttemptInput) => Promise<Attempt>,
): Promise<Attempt> {
  const { progress } = processTerminal();
  const say = (line: string) => progress(`${line}\n`);
  const loaded = await loadFlow(flow, 'live');
  const [library, browser] = [await ensureLibrary(version, say), await ensureBrowser(name, say)];
  const runFolder = mkdtempSync(join(tmpdir(), 'wwebjs-account-'));
  const stop = stopSignal(progress);
  const axes = { library: version, build: liveBuild, browser: name, flow, condition: 'none', switches: {} };
  try {
    return await attempt({
      ...{ id: 'account', seed: 1, cell: { ...axes, target: 'live' }, flow: loaded, library, browser },
      ...{ surface: null, runFolder, deadlineFactor: deadlineFactor(), trace: 'off', signal: stop.signal },
    });
  } finally {
    stop[Symbol.dispose]();
    await rm(runFolder, { recursive: true, force: true });
  }
}

function tell(name: string, { outcome, code, cause, live }: Attempt, done: string): ExitCode {
  const { result, progress } = processTerminal();
  if (outcome === 'passed') {
    result(`account ${name} ${done} (build ${live?.builds.at(-1) ?? 'unknown'})\n`);
    return exitCode.asExpected;
  }
  progress(`account ${name}: ${code}: ${cause?.message}\n`);
  for (const each of cause?.evidence ?? []) progress(`  ${each}\n`);
  return outcome === 'infra' ? exitCode.trouble : exitCode.unexpected;
}

async function list({ json, ...options }: PoolOptions & { json?: true }): Promise<void> {
  await withSealedPool(options, async (pool, policy) => {
    const accounts = await pool.listSealed();
    const stopped = await pool.stoppedBecause();
    const now = await pool.now();
    const resting = await pool.resting();
    if (json) {
      const shown = accounts.map((account) => ({ ...account, waits: resting.get(account.name) ?? null }));
      console.log(JSON.stringify({ schemaVersion: 1, stoppedBecause: stopped, accounts: shown }, null, 2));
      return;
    }
    const { result, width } = processTerminal();
    if (stopped !== null) result(`The pool is stopped: ${stopped}\n`);
    if (accounts.length === 0) {
      result('There is no live account yet: `wwebjs-canary account add` links one (docs/live.md).\n');
      return;
    }
    const rows = accounts.map((account) => rowOf(account, policy, now, resting.get(account.name) ?? null));
    result(columns([['account', 'state', 'linked by', 'browser', 'phone opened', ''], ...rows], width));
  });
}

function rowOf(account: SealedAccount, policy: LivePolicy, now: number, refusal: PoolRefusal): string[] {
  const { name, state, stateCause, library, browserMajor, browserProduct, phoneSeenAt, isReadable } = account;
  const use = useOf(account);
  const reminder = phoneReminder(policy, phoneSeenAt, now);
  const notes = [
    ...(isReadable ? [] : ['its key is not on this machine']),
    ...(use === null ? [] : [`${use.why}, until ${new Date(use.until ?? now).toISOString()} at the latest`]),
    ...(stateCause === null ? [] : [stateCause]),
    ...(refusal === null ? [] : [refusalWords('restore', refusal)]),
    ...(reminder ? [`open its phone: WhatsApp logs it out in ${plural(reminder.left, 'day')}`] : []),
  ];
  const opened = new Date(phoneSeenAt).toISOString().slice(0, 10);
  return [name, state, library, `${browserProduct ?? 'Chromium'} ${browserMajor} or newer`, opened, notes.join('; ')];
}

async function pause(name: string | undefined, options: StopOptions): Promise<void> {
  const { all, because = 'a person paused it' } = options;
  await withSealedPool(options, async (accounts) => {
    if (chooses(name, all)) await accounts.setState(name, 'paused', because);
    else await accounts.stop(because);
    const what = name === undefined ? 'The pool is stopped' : `account ${name} is paused`;
    console.log(`${what}: no attempt starts, and one that runs ends within seconds, on every machine.`);
  });
}

async function resume(name: string | undefined, options: StopOptions): Promise<void> {
  await withSealedPool(options, async (accounts) => {
    if (chooses(name, options.all)) {
      await accounts.setState(name, 'active', null);
      await accounts.note(name, 'resumed');
    } else await accounts.stop(null);
    console.log(name === undefined ? 'The pool runs again.' : `account ${name} is active.`);
  });
}

/** True for one account, false for all. @throws InputError for both or neither. */
function chooses(name: string | undefined, all: true | undefined): name is string {
  if ((name === undefined) === (all === undefined))
    throw new InputError('name one account, or give --all for the whole pool');
  return name !== undefined;
}

async function reseal(options: PoolOptions): Promise<void> {
  const { result, progress } = processTerminal();
  await withPool(options, async (pool) => {
    const { sealed, inUse } = await sealAnew(pool);
    result(`${plural(sealed.length, 'account')} sealed with the first key\n`);
    if (inUse.length === 0) return;
    progress(
      `in use, so their profiles keep the earlier key: ${inUse.join(', ')}; run \`account reseal\` again later\n`,
    );
    process.exitCode = exitCode.trouble;
  });
}

async function remove(name: string, options: PoolOptions): Promise<void> {
  await withPool(options, async ({ accounts, profiles }) => {
    await profiles.delete(await accounts.remove(name));
    console.log(`account ${name} is removed. Its device is still on the phone: remove it there under Linked devices.`);
  });
}

function lastOfMatrix(): string {
  return readMatrix()
    .blocks.flatMap(({ library }) => library)
    .at(-1) as string;
}
