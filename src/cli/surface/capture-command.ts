import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Capture, type Drift, probeNames, type RanPage } from '../../contracts/capture.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { withProcessLock } from '../../install/process-lock.ts';
import { buildDate } from '../../replica/builds/build-dates.ts';
import { touchedModules } from '../../replica/builds/read-build-data.ts';
import { resolveSurface } from '../../replica/builds/resolve-surface.ts';
import { processTerminal } from '../../report/terminal.ts';
import { writeReportFile } from '../../report/write-report-file.ts';
import { type CapturedPage, captureSurface } from '../../surface/capture/capture-surface.ts';
import { capturePieces } from '../../surface/capture/file-text.ts';
import { KeptReadings } from '../../surface/capture/kept-readings.ts';
import { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import { readSavedPage } from '../../surface/capture/read-saved-page.ts';
import { plural } from '../../words/text.ts';
import { checkStopSwitch, stopSwitch } from '../live/stop-switch.ts';
import { addPoolOptions, type PoolOptions } from '../options/live-options.ts';
import { checkedBy, socketAddress } from '../options/option-values.ts';

interface CaptureOptions extends PoolOptions {
  from?: string;
  build?: string;
  out?: string;
  page?: true;
  account?: string;
  browser: string;
  force?: boolean;
  json?: boolean;
  connectTo?: { host: string; port: number };
  trust?: string;
}

/** `surface capture`: the surface of a page, read from its text, and from the page as it runs. */
export function captureCommand(): Command {
  return addPoolOptions(new Command('capture'))
    .description("read the surface of tonight's page; nothing of it is evaluated without --page or --account")
    .option('--from <path>', 'saved files in place of the live site: a folder with html and scripts, or one of them')
    .option('--build <build>', 'the build of saved scripts without an html', checkedBy(resolveSurface))
    .option('--page', 'run the page in a browser too, which no account is linked to, and read what ran')
    .option(
      '--account <name>',
      'run the page of this live account, within its limits, and read what only a login shows',
    )
    .option('--browser <name>', 'the browser that runs the page: current, chrome, chromium or a path', 'current')
    .option(
      '--out <file>',
      'where to write it, - for standard output (default: captures/BUILD.json in the home folder, with --from captures/BUILD.saved.json)',
    )
    .option('--force', 'ask for the page although the last time is less than an hour ago')
    .option('--connect-to <address>', 'HOST:PORT to connect to in place of the live site', socketAddress)
    .option('--trust <file>', 'a certificate as PEM that is trusted too, such as that of a proxy')
    .option('--json', 'what was read, as data')
    .addHelpText('after', help)
    .action(async (options: CaptureOptions) => {
      process.exitCode = await capture(options);
    });
}

const help = `
Without --from it opens https://web.whatsapp.com/ as a browser does, without an account: one page an hour at most, and the scripts that it
names and that are not kept, five at a time. A capture has names, kinds and shapes of all modules, and no code.

--page also runs the page in a browser, and reads when modules come, what require returns, and the behaviours that show without a login.
--account does the same for a live account (docs/live.md), under a lease and within its limits, and also reads collections, switches of the
account, and the behaviours that show after a login. No action of the page is called, and only names, kinds, counts and times leave it.
What the page shows otherwise than the data is listed as drift; it is no failure. Probes, such as how many components it has, are in the file.
What the server says of the account, such as a ban for a time, counts as in an attempt.

A capture is a build everywhere: run --build captured:FILE. Names, arguments, loading and the behaviours that were read are those of the
capture, the other behaviours those of the nearest known build.

Exit codes: 0 all was read, 2 some of it could not be read, which the findings name, 3 bad usage or input, 4 no network, the site refuses, the
account may not be started now, or \`account pause --all\` has stopped everything

Examples:
  wwebjs-canary surface capture
  wwebjs-canary surface capture --page
  wwebjs-canary surface capture --account anna
  wwebjs-canary surface capture --from ./saved-page --out tonight.json
  wwebjs-canary surface check 1.34.7 --build captured:tonight.json
  wwebjs-canary run --library 1.34.7 --build captured:tonight.json`;

async function capture(options: CaptureOptions): Promise<ExitCode> {
  checkOptions(options);
  if (options.from === undefined) await checkStopSwitch(options);
  // What stands in for the live site is kept apart: its page must never count as that of the live site.
  const folder = options.connectTo ? home('capture', 'stand-in') : home('capture');
  makeFolder(folder);
  const refuse = () => {
    throw new TroubleError('another capture is under way; wait for its end');
  };
  return withProcessLock(new KeptScripts(folder).lockFile, refuse, () => captureInto(folder, options));
}

/** @throws InputError for options that exclude each other. */
function checkOptions({ from, build, page, account, force, connectTo }: CaptureOptions): void {
  const fail = (message: string): never => {
    throw new InputError(message);
  };
  if (build !== undefined && from === undefined)
    fail('--build: it is for the scripts that --from names; the page of the live site names its own build');
  if (from !== undefined && (page || account !== undefined))
    fail(`${page ? '--page' : '--account'}: saved files are not run; leave out --from`);
  if (account === undefined) return;
  if (page) fail('--page: --account runs the page too, with a login; give one of them');
  if (connectTo) fail('--connect-to: the profile of a live account is opened on the live site only');
  if (force) fail('--force: how often an account opens the page is in live-policy.yaml');
}

async function captureInto(folder: string, options: CaptureOptions): Promise<ExitCode> {
  const { progress, result } = processTerminal();
  const say = (line: string) => progress(`${line}\n`);
  const kept = new KeptScripts(folder);
  const page = await pageOf(kept, options, say);
  const readings = new KeptReadings(kept.readings);
  const captured = captureSurface(page, touchedModules(), readings);
  kept.keepReadings(readings.pieces());
  if (page.method === 'network') kept.keepOnly(new Set(page.scripts.map(({ name }) => name)));
  // The capture of the live site, where there is one, stays.
  const kind = captured.method === 'saved' ? '.saved' : captured.standIn ? '.stand-in' : '';
  const name = `${captured.names.build}${kind}.json`;
  const file = options.out ?? home('captures', name);
  if (options.out === undefined) makeFolder(home('captures'));
  await writeReportFile(file, capturePieces(captured));
  if (options.connectTo === undefined) await keepDrift(captured, Date.now());
  const summary = summarize(captured, readings.parsed);
  if (options.json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, file, ...summary }, null, 2)}\n`);
  else if (file !== '-') result(render(file, summary));
  return captured.findings.length === 0 ? exitCode.asExpected : exitCode.inconclusive;
}

/** Keeps what a browser found otherwise than the data, for the figures and the report of the build. @param now milliseconds since 1970 */
async function keepDrift({ method, names, ran }: Capture, now: number): Promise<void> {
  if (!ran || (method !== 'page' && method !== 'account')) return;
  const { openStore } = await import('../../store/open-store.ts');
  const store = await openStore();
  try {
    await store.liveDrift.keep(names.build, method, ran.drift, now);
  } finally {
    await store.close();
  }
}

async function pageOf(
  kept: KeptScripts,
  { from, build, page, account, browser, force = false, connectTo, trust, ...pool }: CaptureOptions,
  say: (line: string) => void,
): Promise<CapturedPage> {
  if (from !== undefined) {
    const dateOf = (each: string) => buildDate(each)?.date ?? null;
    return readSavedPage(from, { ...(build !== undefined && { build }), dateOf, now: new Date() });
  }
  // Loaded on demand: saved pages need no network, and most captures no browser.
  const { realClock } = await import('../../surface/capture/live-site.ts');
  const site = {
    ...realClock,
    mayAsk: stopSwitch(pool),
    ...(connectTo && { connectTo }),
    ...(trust !== undefined && { trusted: readTrusted(trust) }),
  };
  if (account === undefined && !page) {
    const { fetchPage } = await import('../../surface/capture/fetch-page.ts');
    return fetchPage(site, kept, { forced: force, say });
  }
  const { pageInBrowser, pageOfAccount } = await import('./capture-in-browser.ts');
  const inBrowser = { site, kept, browser, say };
  return account === undefined ? pageInBrowser(inBrowser, force) : pageOfAccount(inBrowser, account, pool);
}

/** @throws InputError for a file that cannot be read, or is no certificate. */
export function readTrusted(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    throw new InputError(`--trust ${file}: ${(error as Error).message}`);
  }
}

interface CaptureSummary {
  build: string;
  date: string;
  method: Capture['method'];
  complete: boolean;
  modules: number;
  /** Of which nothing was kept from an earlier capture. */
  parsed: number;
  scripts: Capture['scripts'];
  findings: Capture['findings'];
  /** Where a browser ran the page. */
  ran?: RanPage;
}

function summarize({ names, method, scripts, findings, ran }: Capture, parsed: number): CaptureSummary {
  const { build, date, complete, share } = names;
  return { build, date, method, complete, modules: share.modules, parsed, scripts, findings, ...(ran && { ran }) };
}

/** So many findings get a line each. */
const listedFindings = 5;

function listed(lines: readonly string[]): string[] {
  const more = lines.length > listedFindings ? [`  and ${lines.length - listedFindings} more`] : [];
  return [...lines.slice(0, listedFindings), ...more];
}

function render(file: string, { build, date, modules, parsed, scripts, findings, ran }: CaptureSummary): string {
  const lines = findings.map((each) => {
    const its = each.kind === 'script-unreadable' && each.modules.length > 0 ? ` (${each.modules.join(', ')})` : '';
    return `  ${each.script}: ${each.message}${its}`;
  });
  return [
    `${build} of ${date}: ${plural(modules, 'module')} in ${scripts.read} of the ${plural(scripts.named, 'script')} that the page names; ${parsed} of them were parsed.`,
    ...(findings.length > 0 ? ['Not read:', ...listed(lines)] : []),
    ...(ran ? ranLines(ran) : []),
    `${file}`,
    `Next: wwebjs-canary surface check 1.34.7 --build captured:${file}`,
    '',
  ].join('\n');
}

function ranLines({ timeline, modules, read, probes = {}, drift }: RanPage): string[] {
  const { start, settled, ran } = modules;
  const after = (ms: number | null) => (ms === null ? 'at no known time' : `after ${ms} ms`);
  const named = (way: string) => Object.entries(read).flatMap(([name, each]) => (each === way ? [name] : []));
  const probed = probeNames.filter((name) => (probes[name]?.how ?? 'absent') !== 'absent');
  const list = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none');
  return [
    `It ran: usable ${after(timeline.usable)} with ${start ?? 'an unknown number of'} modules, the last of ${settled} came ${after(timeline.settled)}; ${ran} of them had run.`,
    `Behaviours read in the page: ${list(named('executed'))}; in its text: ${list(named('source'))}. All others are those of the nearest known build.`,
    `Probes that the file has: ${list(probed)}.`,
    ...(drift.length > 0 ? ['Drift, which the data have otherwise:', ...listed(drift.map(driftLine))] : []),
  ];
}

function driftLine({ kind, name, data, page }: Drift): string {
  return kind === 'tier'
    ? `  ${name}: tier ${page} on the page, ${data} in the data`
    : `  ${name}: ${page} on the page, ${data} in the data`;
}
