import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeChromeWrapper } from '../../browser/chrome-wrapper.ts';
import { ensureBrowser } from '../../browser/ensure-browser.ts';
import { naming, TroubleError } from '../../contracts/input-error.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { withProcessLock } from '../../install/process-lock.ts';
import { checkSwitches } from '../../replica/builds/resolve-surface.ts';
import { type ReplicaOptions, startReplica } from '../../replica/start-replica.ts';
import { parseBuildOption } from '../options/build-option.ts';
import { phoneNumber, wholeNumber } from '../options/option-values.ts';
import { pageSwitchesOption } from '../options/switch-options.ts';
import { untilSignal } from '../process/signals.ts';

interface ReplicaCommandOptions {
  build: string;
  port: number;
  phonePort: number;
  host: string;
  publicHost?: string;
  token?: string;
  state?: string;
  world?: string;
  autoScan?: string;
  chromeWrapper?: string;
  browser: string;
  timeScale: number;
  condition: string[];
  switch: SwitchValues;
  liveScripts?: boolean;
}

/** `wwebjs-canary replica`: runs the replica alone, for the user's own program, until a signal. */
export function replicaCommand(): Command {
  return new Command()
    .requiredOption('--build <build>', 'WhatsApp Web build, e.g. 2.3000.1032534684, or captured:FILE', parseBuildOption)
    .option('--port <port>', 'port of the page; by default a free one', wholeNumber(0, 65_535), 0)
    .option('--phone-port <port>', 'port of the phone control; by default a free one', wholeNumber(0, 65_535), 0)
    .option('--host <address>', 'address to listen on; any but a loopback one needs a token', '127.0.0.1')
    .option('--public-host <name>', 'name or address by which other machines reach it; by default the --host')
    .addOption(
      new Option(
        '--token <token>',
        'what browsers and requests to the phone control have to carry: 16 to 63 of a-z, 0-9, "-"',
      ).env('WWEBJS_CANARY_REPLICA_TOKEN'),
    )
    .option('--state <folder>', 'keep phones, linked devices and certificate there, for the next start')
    .option(
      '--world <file>',
      'YAML file of people, groups and phones with contacts and chats that exist from the start',
    )
    .option('--auto-scan <number>', 'a phone with this number scans every QR code that a page shows', phoneNumber)
    .option('--chrome-wrapper <file>', 'write an executable for programs that take the path of a browser but no flags')
    .option('--browser <name>', 'what the executable starts: current, 107, chrome, chromium or a path', 'current')
    .option('--time-scale <factor>', 'multiplies the life of QR codes and pairing codes', parseFactor, 1)
    .option('--condition <names>', 'conditions to start with, separated by commas', splitNames, [])
    .addOption(pageSwitchesOption())
    .option('--live-scripts', 'serve the scripts of the build as the live site does, for surface capture')
    .addHelpText(
      'after',
      `
Examples:
  wwebjs-canary replica --build 2.3000.1032534684
  wwebjs-canary replica --build 2.3000.1044822804 --switch comms-in-worker=true
  wwebjs-canary replica --build 2.3000.1044822804 --port 8443 --live-scripts
  wwebjs-canary replica --build 2.3000.1032534684 --port 8443 --phone-port 8444 --state ./replica-state
  wwebjs-canary replica --build 2.3000.1032534684 --auto-scan 15550100123 --chrome-wrapper ./chrome
  WWEBJS_CANARY_REPLICA_TOKEN=... wwebjs-canary replica --build 2.3000.1032534684 --host 0.0.0.0 --public-host replica --port 8443`,
    )
    .action(
      async ({
        condition: conditions,
        switch: switches,
        chromeWrapper,
        browser,
        ...options
      }: ReplicaCommandOptions) => {
        naming('--switch', () => checkSwitches(options.build, switches));
        const wrapper = chromeWrapper === undefined ? null : { file: chromeWrapper, browser };
        const run = () => runUntilSignal({ ...options, conditions, switches }, wrapper);
        await (options.state === undefined ? run() : withState(options.state, run));
      },
    );
}

/** @throws TroubleError while another replica uses the folder. */
function withState(folder: string, work: () => Promise<void>): Promise<void> {
  const refuse = () => {
    throw new TroubleError(`--state ${folder}: another replica uses this folder`);
  };
  return withProcessLock(join(folder, 'lock'), refuse, work);
}

async function runUntilSignal(
  options: ReplicaOptions,
  wrapper: { file: string; browser: string } | null,
): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const browser = wrapper && (await ensureBrowser(wrapper.browser, say));
  const stop = untilSignal();
  const replica = await startReplica(options);
  replica.onTrouble(({ message }) => say(message));
  try {
    const { url, chromiumArgs, phoneUrl, port, certificate } = replica;
    if (wrapper && browser) writeChromeWrapper(wrapper.file, browser, chromiumArgs);
    const site = options.liveScripts ? { port, certificate } : {};
    process.stdout.write(`${JSON.stringify({ url, chromiumArgs, phoneUrl, ...site })}\n`);
    await stop;
  } finally {
    await replica.close();
  }
}

function parseFactor(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && factor <= 100)) throw new InvalidArgumentError('A factor is a number above 0, at most 100.');
  return factor;
}

function splitNames(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}
