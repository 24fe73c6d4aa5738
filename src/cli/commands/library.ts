import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../contracts/home.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import type { LibraryList } from '../../contracts/library-list.ts';
import { lockLibrary, shareLock } from '../../library/add-library.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { withFolderAt } from '../../library/git.ts';
import { libraryStatuses } from '../../library/library-statuses.ts';
import { findProjectLibrary } from '../../library/project-library.ts';
import { removeLibrary } from '../../library/remove-library.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import { sourceWords } from '../../words/repeat.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** `library add|list|locked|verify|remove`: the runnable versions of whatsapp-web.js, each pinned by a lockfile. */
export function libraryCommand(): Command {
  const library = new Command().addHelpText(
    'after',
    '\nExamples:\n  wwebjs-canary library add 1.34.6\n  wwebjs-canary library list',
  );
  library
    .command('add')
    .description('pin a version with all its dependencies and install it')
    .argument(
      '<library>',
      'exact npm version, tag (latest), tarball (.tgz), folder, or git reference; name=... gives it a name of your own',
    )
    .addHelpText(
      'after',
      `
In a git checkout the lockfile of an npm version goes to compat-matrix/libraries, to be committed; everything else stays
on this machine.

Examples:
  wwebjs-canary library add 1.34.6
  wwebjs-canary library add latest
  wwebjs-canary library add ../whatsapp-web.js
  wwebjs-canary library add fork=../whatsapp-web.js#my-branch`,
    )
    .action(add);
  library
    .command('list')
    .description('list what is pinned and what of it is installed')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  wwebjs-canary library list')
    .action(list);
  library
    .command('locked')
    .description('print the version that the lockfile of the project in the working folder names')
    .option('--at <commit>', 'as a branch, tag or commit of the repository has it')
    .addHelpText('after', '\nExamples:\n  wwebjs-canary library locked\n  wwebjs-canary library locked --at main')
    .action(locked);
  library
    .command('verify')
    .description('read every installed file and compare it with what npm installed; exit code 4 when something differs')
    .addHelpText('after', '\nExample:\n  wwebjs-canary library verify')
    .action(verify);
  library
    .command('remove')
    .description(
      'remove a version that was pinned and installed on this machine and that no process uses; attempts stay',
    )
    .argument('<label>', 'as library list shows it')
    .addHelpText('after', '\nExample:\n  wwebjs-canary library remove 1.34.7+fork.0a1b2c3d')
    .action(remove);
  return library;
}

async function add(text: string) {
  const lock = await lockLibrary(text, say);
  const isCheckout = existsSync(join(packageRoot, '.git'));
  if (lock.source === null && isCheckout && (await shareLock(lock))) {
    say(`Wrote ${relative(process.cwd(), join(packageRoot, 'compat-matrix', 'libraries', lock.label))}; commit it`);
  }
  const { label, root } = await ensureLibrary(lock.label, say);
  console.log(`whatsapp-web.js ${label} is installed in ${root}`);
  console.log(`run it: wwebjs-canary run --library ${label}`);
}

async function locked({ at }: { at?: string }) {
  const folder = process.cwd();
  const found = await (at === undefined ? findProjectLibrary(folder) : withFolderAt(folder, at, findProjectLibrary));
  if (found === null) {
    throw new InputError(
      `${at === undefined ? folder : `${folder} at ${at}`} has no lockfile that names whatsapp-web.js`,
    );
  }
  console.log(found.spec);
}

async function list({ json }: { json?: boolean }) {
  const libraries = await libraryStatuses(false);
  if (json) {
    console.log(JSON.stringify({ schemaVersion: 1, libraries } satisfies LibraryList, null, 2));
    return;
  }
  const rows = libraries.map(({ label, state, packages, lockHash, problem, source }) => [
    label,
    state.replace('-', ' '),
    String(packages),
    lockHash.slice(0, 12),
    problem ?? (source ? sourceWords(source) : ''),
  ]);
  const { result, width } = processTerminal();
  result(columns([['library', 'state', 'packages', 'lockfile', ''], ...rows], width));
}

async function remove(label: string) {
  const { removed, kept } = await removeLibrary(label);
  for (const folder of removed) console.log(`removed ${folder}`);
  if (kept !== null) console.log(`the lockfile is part of the project and stays: ${kept}`);
}

async function verify() {
  const installed = (await libraryStatuses(true)).filter(({ state }) => state !== 'not-installed');
  for (const { label, root, problem } of installed) console.log(`${label}: ${problem ?? 'as installed'} (${root})`);
  if (installed.length === 0) console.log('no library is installed yet');
  const damaged = installed.filter(({ state }) => state === 'damaged').map(({ label }) => label);
  if (damaged.length > 0) {
    throw new TroubleError(
      `damaged: ${damaged.join(', ')}; the next run, or "library add ${damaged[0]}", installs it again`,
    );
  }
}
