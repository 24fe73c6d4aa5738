import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import type { ExportedFacts } from '../../contracts/capture.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { addToCheckout } from '../../replica/builds/add-to-checkout.ts';
import { readCapture } from '../../replica/builds/captured-build.ts';
import { type FactSource, factSources } from '../../replica/builds/fact-sources.ts';
import { archivedShapes } from '../../replica/builds/resolve-shapes.ts';
import { timelineOf } from '../../replica/builds/resolve-surface.ts';
import { trustedKeyFiles, updatedFacts, userDataFolder, userFiles } from '../../replica/builds/user-data.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import { writeReportFile } from '../../report/write-report-file.ts';
import { archiveText, captureText, shapesText } from '../../surface/capture/file-text.ts';
import { readPrivateKey, readPublicKey, signFacts, verifiedFacts } from './signed-facts.ts';

/** `surface import`: a capture becomes one of the user's own facts. */
export function importCommand(): Command {
  return new Command('import')
    .description("add a capture to the user's own facts, which lie over those of the package")
    .argument('<file>', 'what surface capture wrote')
    .option('--stand-in', 'also a capture of a replica, or of another page that stood in for the live site')
    .addHelpText('after', importHelp)
    .action(async (file: string, { standIn = false }: { standIn?: boolean }) => {
      processTerminal().result(`${(await importCapture(file, standIn)).join('\n')}\n`);
    });
}

const importHelp = `
It is kept in compat-matrix/builds/captures of the working folder, and counts in every command that is started there, in place of an earlier
one of the same build. To undo it, remove its file, which surface list names. In a checkout of wwebjs-canary it becomes an archive of the project and a change in comet.yaml.

Exit codes: 0 added, 3 bad usage or input, 4 it could not be written

Example:
  wwebjs-canary surface import tonight.json`;

async function importCapture(file: string, isStandInAllowed: boolean): Promise<string[]> {
  const capture = readCapture(file);
  if (capture.standIn && !isStandInAllowed)
    throw new InputError(
      `${file}: it is of a page that stood in for the live site, such as a replica, and would count as a fact about WhatsApp Web; --stand-in adds it all the same`,
    );
  const folder = userDataFolder();
  if (folder === null) return addToCheckout(capture, { archive: archiveText, shapes: shapesText });
  const target = userFiles.capture(folder, capture.names.build);
  const text = captureText(capture);
  const replaced = existsSync(target) && readFileSync(target, 'utf8') !== text;
  await write(target, text);
  if (replaced) processTerminal().progress(`it replaces another capture of ${capture.names.build}\n`);
  return [target];
}

/** `surface list`: where the facts about builds are from, and how old they are. */
export function listCommand(): Command {
  return new Command('list')
    .description('list the facts about builds in effect: of the package, updated ones, imported captures')
    .option('--json', 'as data')
    .addHelpText('after', '\nExample:\n  wwebjs-canary surface list')
    .action(({ json }: { json?: boolean }) => {
      const sources = factSources();
      if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, sources }, null, 2)}\n`);
      else processTerminal().result(renderSources(sources, processTerminal().width));
    });
}

function renderSources(sources: readonly FactSource[], width?: number): string {
  const rows = sources.map(({ kind, build, date, ageDays, state, file }) => [
    kind,
    build,
    date,
    `${ageDays} ${ageDays === 1 ? 'day' : 'days'}`,
    state,
    file,
  ]);
  return columns([['facts', 'newest build', 'of', 'age', 'state', 'file'], ...rows], width);
}

/** `surface export`: the facts in effect as one signed file. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write all facts about builds, with imported captures, into one signed file')
    .requiredOption('--sign <file>', 'private Ed25519 key as PEM')
    .option('--out <file>', 'where to write it, - for standard output', 'surface-facts.json')
    .addHelpText(
      'after',
      `
A key:
  openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out public-key.pem

Example:
  wwebjs-canary surface export --sign key.pem --out facts.json`,
    )
    .action(async ({ sign: keyFile, out }: { sign: string; out: string }) => {
      const key = readPrivateKey(keyFile);
      await writeReportFile(out, [signFacts(factsInEffect(), key)]);
      if (out !== '-') processTerminal().result(`${out}\n`);
    });
}

function factsInEffect(): ExportedFacts {
  const { facts, archives } = timelineOf('comet').data;
  return {
    schemaVersion: 1,
    kind: 'surface-facts',
    madeAt: new Date().toISOString(),
    facts,
    archives: Object.fromEntries(archives),
    shapes: Object.fromEntries([...archives.keys()].map((name) => [name, archivedShapes(name)])),
  };
}

/** `surface update`: newer facts than those of the package. */
export function updateCommand(): Command {
  return new Command('update')
    .description('use newer facts about builds, out of a signed file, without a new release')
    .argument('<place>', 'a file of surface export, or its https address')
    .option('--key <file>', 'public Ed25519 key as PEM that is trusted for this file')
    .addHelpText('after', updateHelp)
    .action(async (place: string, { key }: { key?: string }) => {
      processTerminal().result(`${await update(place, key)}\n`);
    });
}

const updateHelp = `
A file counts when its signature is of a trusted key: those in compat-matrix/builds/trusted-keys/*.pem of the working folder and of the
package, and the one of --key. It is kept in compat-matrix/builds/facts.json of the working folder, and replaces the facts of the package
until a release has newer ones.

Exit codes: 0 used from now on, 3 bad usage or input, 4 it could not be fetched or written

Example:
  wwebjs-canary surface update facts.json --key public-key.pem`;

async function update(place: string, keyFile: string | undefined): Promise<string> {
  const folder = userDataFolder();
  if (folder === null) {
    throw new InputError('a checkout has the facts in compat-matrix/builds: use surface import, or git pull');
  }
  const trusted = [...(keyFile === undefined ? [] : [keyFile]), ...trustedKeyFiles()].map(readPublicKey);
  const facts = verifiedFacts(await textAt(place), place, trusted);
  const target = userFiles.facts(folder);
  const before = updatedFacts();
  if (before !== null && Date.parse(facts.madeAt) < Date.parse(before.madeAt)) {
    throw new InputError(
      `${place}: its facts were made ${facts.madeAt}, those of ${target} ${before.madeAt}; remove that file first to go back`,
    );
  }
  await write(target, JSON.stringify(facts));
  return `${target}: facts up to ${facts.facts.known.to}, made ${facts.madeAt}`;
}

async function textAt(place: string): Promise<string> {
  if (/^https?:/.test(place)) {
    // Loaded on demand: a file needs no network.
    const { fetchFile, realClock } = await import('../../surface/capture/live-site.ts');
    return fetchFile(realClock, place);
  }
  try {
    return readFileSync(place, 'utf8');
  } catch (error) {
    throw new InputError(`${place}: ${(error as Error).message}`);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw new TroubleError(`${dirname(file)} could not be made: ${(error as Error).message}`, { cause: error });
  }
  await writeReportFile(file, [text]);
}
