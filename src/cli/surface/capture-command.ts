import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Capture } from '../../contracts/capture.ts';
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
import { captureSurface } from '../../surface/capture/capture-surface.ts';
import { captureText } from '../../surface/capture/file-text.ts';
import { KeptReadings } from '../../surface/capture/kept-readings.ts';
import { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import { readSavedPage } from '../../surface/capture/read-saved-page.ts';
import { checkedBy } from '../options/option-values.ts';

interface CaptureOptions {
  from?: string;
  build?: string;
  out?: string;
  account?: string;
  force?: boolean;
  json?: boolean;
  connectTo?: { host: string; port: number };
  trust?: string;
}

/** `surface capture`: the surface of a page, read from its text. */
export function captureCommand(): Command {
  return new Command('capture')
    .description("read the surface of tonight's page; nothing of it is evaluated")
    .option('--from <path>', 'saved files in place of the live site: a folder with html and scripts, or one of them')
    .option('--build <build>', 'the build of saved scripts without an html', checkedBy(resolveSurface))
    .option('--account <name>', 'a linked account whose page is read; not possible yet')
    .option(
      '--out <file>',
      'where to write it, - for standard output (default: captures/BUILD.json in the home folder)',
    )
    .option('--force', 'ask for the page although the last time is less than an hour ago')
    .option('--connect-to <address>', 'HOST:PORT to connect to in place of the live site', parseAddress)
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

It is a build everywhere: run --build captured:FILE. Names, arguments and loading are those of the capture, behaviours those of the nearest
known build.

Exit codes: 0 all was read, 2 some of it could not be read, which the findings name, 3 bad usage or input, 4 no network, or the site refuses

Examples:
  wwebjs-canary surface capture
  wwebjs-canary surface capture --from ./saved-page --out tonight.json
  wwebjs-canary surface check 1.34.7 --build captured:tonight.json
  wwebjs-canary run --library 1.34.7 --build captured:tonight.json`;

function parseAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[)?([^\]]+?)(?:\])?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('It is HOST:PORT.');
  return { host, port: Number(port) };
}

async function capture(options: CaptureOptions): Promise<ExitCode> {
  if (options.account !== undefined) {
    throw new InputError(
      '--account: the page of a linked account is not read yet; without it, a page is captured that no account is linked to',
    );
  }
  if (options.build !== undefined && options.from === undefined) {
    throw new InputError(
      '--build: it is for the scripts that --from names; the page of the live site names its own build',
    );
  }
  // What stands in for the live site is kept apart: its page must never count as that of the live site.
  const folder = options.connectTo ? home('capture', 'stand-in') : home('capture');
  makeFolder(folder);
  const refuse = () => {
    throw new TroubleError('another capture is under way; wait for its end');
  };
  return withProcessLock(join(folder, 'lock'), refuse, () => captureInto(folder, options));
}

async function captureInto(folder: string, options: CaptureOptions): Promise<ExitCode> {
  const { progress, result } = processTerminal();
  const say = (line: string) => progress(`${line}\n`);
  const kept = new KeptScripts(folder);
  const page =
    options.from === undefined
      ? await pageOfSite(kept, options, say)
      : readSavedPage(options.from, {
          ...(options.build !== undefined && { build: options.build }),
          dateOf: (build) => buildDate(build)?.date ?? null,
          now: new Date(),
        });
  const readings = new KeptReadings(kept.readings);
  const captured = captureSurface(page, touchedModules(), readings);
  kept.keepReadings(readings.text());
  const file = options.out ?? home('captures', `${captured.names.build}.json`);
  if (options.out === undefined) makeFolder(home('captures'));
  await writeReportFile(file, [captureText(captured)]);
  const summary = summarize(captured, readings.parsed);
  if (options.json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, file, ...summary }, null, 2)}\n`);
  else if (file !== '-') result(render(file, summary));
  return captured.names.complete ? exitCode.asExpected : exitCode.inconclusive;
}

async function pageOfSite(
  kept: KeptScripts,
  { force = false, connectTo, trust }: CaptureOptions,
  say: (line: string) => void,
) {
  // Loaded on demand: saved pages need no network.
  const [{ fetchPage }, { realClock }] = await Promise.all([
    import('../../surface/capture/fetch-page.ts'),
    import('../../surface/capture/live-site.ts'),
  ]);
  const site = {
    ...realClock,
    ...(connectTo && { connectTo }),
    ...(trust !== undefined && { trusted: readTrusted(trust) }),
  };
  return fetchPage(site, kept, { forced: force, say });
}

function readTrusted(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`--trust ${file}: ${(error as Error).message}`);
  }
}

interface CaptureSummary {
  build: string;
  date: string;
  complete: boolean;
  modules: number;
  /** Of which nothing was kept from an earlier capture. */
  parsed: number;
  scripts: Capture['scripts'];
  findings: Capture['findings'];
}

function summarize({ names, scripts, findings }: Capture, parsed: number): CaptureSummary {
  const { build, date, complete, share } = names;
  return { build, date, complete, modules: share.modules, parsed, scripts, findings };
}

/** So many findings get a line each. */
const toldFindings = 5;

function render(file: string, { build, date, modules, parsed, scripts, findings }: CaptureSummary): string {
  const lines = findings.slice(0, toldFindings).map((each) => {
    const its = each.kind === 'script-unreadable' && each.modules.length > 0 ? ` (${each.modules.join(', ')})` : '';
    return `  ${each.script}: ${each.message}${its}`;
  });
  const more = findings.length > toldFindings ? [`  and ${findings.length - toldFindings} more`] : [];
  return [
    `${build} of ${date}: ${modules} modules of ${scripts.read} scripts, of ${scripts.named} that the page names; ${parsed} modules were parsed.`,
    ...(findings.length > 0 ? ['Not read:', ...lines, ...more] : []),
    `${file}`,
    `Next: wwebjs-canary surface check 1.34.7 --build captured:${file}`,
    '',
  ].join('\n');
}
