import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundledBrowserNames, findBundledBrowser } from '../../browser/bundled-browsers.ts';
import { ensureBrowser, whatIsWrongWithBrowser } from '../../browser/ensure-browser.ts';
import type { Check } from '../../contracts/doctor.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { replicaMark } from '../../contracts/replica-mark.ts';
import { absent } from '../../install/make-folder-once.ts';
import { npm } from '../../install/npm.ts';
import { libraryStatuses } from '../../library/library-statuses.ts';
import { factSources } from '../../replica/builds/fact-sources.ts';

/** Measured: five libraries 0.3 GB, two browsers 0.4 GB, profiles and artifacts of a few hundred attempts; doubled. */
const neededGigabytes = 2;
const oldestNpm = 10;

/** Where whatsapp-web.js keeps pages and profiles by default; a profile has its cookies in one of two places, by platform. */
const pages = '.wwebjs_cache/*.html';
const cookies = ['.wwebjs_auth/*/Default/Cookies', '.wwebjs_auth/*/Default/Network/Cookies'];

/** Checks everything that the harness needs; installs nothing. */
export async function checkMachine(): Promise<Check[]> {
  const checks = [
    checkNode(),
    await checkNpm(),
    await checkDisk(),
    ...(await checkBrowsers()),
    ...(await checkLibraries()),
    ...checkLeftovers(),
    checkFacts(),
  ];
  return checks.some(({ status }) => status === 'later') ? [...checks, await checkRegistry()] : checks;
}

function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, todo: null };
}

function later(name: string, found: string): Check {
  return { name, status: 'later', found, todo: 'the first run that needs it installs it' };
}

function missing(name: string, found: string, todo: string): Check {
  return { name, status: 'missing', found, todo };
}

/** An older Node does not get here: bin/wwebjs-canary.js stops it. */
function checkNode(): Check {
  return ok('node', `${process.version} (${process.platform} ${process.arch})`);
}

async function checkNpm(): Promise<Check> {
  const todo = `install npm ${oldestNpm} or newer; it comes with Node`;
  try {
    const { stdout } = await promisify(execFile)('npm', ['--version']);
    const version = stdout.trim();
    return Number.parseInt(version, 10) >= oldestNpm ? ok('npm', version) : missing('npm', version, todo);
  } catch {
    return missing('npm', 'not in PATH', todo);
  }
}

async function checkDisk(): Promise<Check> {
  const folder = await nearestExisting(home());
  const todo = 'choose another folder with WWEBJS_CANARY_HOME';
  try {
    await access(folder, constants.W_OK);
  } catch {
    return missing('disk', `${folder} cannot be written to`, todo);
  }
  const { bavail, bsize } = await statfs(folder);
  const gigabytes = (bavail * bsize) / 1e9;
  const found = `${gigabytes.toFixed(1)} GB free for ${home()}`;
  return gigabytes >= neededGigabytes
    ? ok('disk', found)
    : missing('disk', `${found}, ${neededGigabytes} GB needed`, todo);
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    return await nearestExisting(dirname(folder));
  }
}

async function checkBrowsers(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of bundledBrowserNames()) {
    const folder = findBundledBrowser(name)?.folder ?? '';
    const wrong = await whatIsWrongWithBrowser(folder);
    checks.push(
      wrong === null ? await checkStart(name) : later(`browser ${name}`, wrong === absent ? 'not installed' : wrong),
    );
  }
  return checks;
}

/** Includes the sandbox, which depends on the user and the kernel besides the browser. */
async function checkStart(name: string): Promise<Check> {
  try {
    const { executablePath, version, sandbox } = await ensureBrowser(name, () => {});
    return ok(`browser ${name}`, `${executablePath}: ${version}, sandbox ${sandbox.on ? 'on' : 'off'}: ${sandbox.why}`);
  } catch (error) {
    const todo = 'read the message; on Linux x64 it needs glibc 2.34 or newer. --browser chrome uses an installed one';
    return missing(`browser ${name}`, (error as Error).message, todo);
  }
}

async function checkLibraries(): Promise<Check[]> {
  const statuses = await libraryStatuses(false);
  return statuses.map(({ label, state, problem, root }) => {
    const name = `whatsapp-web.js ${label}`;
    if (state === 'installed') return ok(name, root);
    return later(name, problem ?? 'not installed');
  });
}

/** What is known about builds of WhatsApp Web, with what the user imported. */
function checkFacts(): Check {
  const name = 'facts about builds';
  try {
    const sources = factSources();
    const captures = sources.filter(({ kind }) => kind === 'capture').length;
    const { build, date, ageDays } = sources.reduce((a, b) => (b.date > a.date ? b : a));
    const imported = captures === 0 ? '' : `, with ${captures} imported ${captures === 1 ? 'capture' : 'captures'}`;
    return ok(name, `up to ${build} of ${date}, ${ageDays} ${ageDays === 1 ? 'day' : 'days'} old${imported}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return missing(name, error.message, 'repair or remove that file');
  }
}

/** What programs of the working folder kept of a replica. */
function checkLeftovers(): Check[] {
  const leftovers = findLeftovers(process.cwd());
  if (leftovers.length === 0) return [];
  const todo = `remove them before a program here opens the real site: rm -r ${leftovers.join(' ')}`;
  return [{ name: 'pages and profiles of a replica', status: 'warning', found: leftovers.join(', '), todo }];
}

/** Paths in a project of what its programs kept of a replica: pages, and profiles that were linked there. */
export function findLeftovers(project: string): string[] {
  const ofReplica = (file: string) => readFileSync(join(project, file)).includes(replicaMark);
  const profiles = globSync(cookies, { cwd: project })
    .filter(ofReplica)
    .map((file) => dirname(file.replace('/Network', '')));
  return [...globSync(pages, { cwd: project }).filter(ofReplica), ...profiles.map(dirname)].sort();
}

async function checkRegistry(): Promise<Check> {
  try {
    const version = JSON.parse(await npm(['view', 'whatsapp-web.js', 'version'], process.cwd())) as string;
    return ok('npm registry', `answers; newest whatsapp-web.js is ${version}`);
  } catch (error) {
    return missing('npm registry', (error as Error).message, 'what is not installed yet has to be downloaded from it');
  }
}
