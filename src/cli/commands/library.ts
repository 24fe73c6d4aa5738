import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../contracts/home.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import type { LibraryList } from '../../contracts/library-list.ts';
import { lockLibrary, shareLock } from '../../library/add-library.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { parseLibrarySpec } from '../../library/library-spec.ts';
import { libraryStatuses } from '../../library/library-statuses.ts';
import { columns } from '../../words/text.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** `library add|list|verify`: the versions of whatsapp-web.js that can be run, each pinned by a lockfile. */
export function libraryCommand(): Command {
  const library = new Command();
  library
    .command('add')
    .description('pin a version with all its dependencies and install it')
    .argument('<library>', 'exact npm version, tarball (.tgz), or folder with a package.json')
    .addHelpText(
      'after',
      `
In a git checkout the lockfile of an npm version goes to compat-matrix/libraries, to be committed; everything else stays
on this machine.

Examples:
  wwebjs-canary library add 1.34.6
  wwebjs-canary library add ../whatsapp-web.js`,
    )
    .action(add);
  library
    .command('list')
    .description('list what is pinned and what of it is installed')
    .option('--json', 'as JSON')
    .action(list);
  library
    .command('verify')
    .description('read every installed file and compare it with what npm installed; exit code 4 when something differs')
    .action(verify);
  return library;
}

async function add(text: string) {
  const spec = parseLibrarySpec(text);
  const lock = await lockLibrary(spec, say);
  const isCheckout = existsSync(join(packageRoot, '.git'));
  if (spec.kind === 'version' && isCheckout && (await shareLock(lock))) {
    say(`Wrote ${relative(process.cwd(), join(packageRoot, 'compat-matrix', 'libraries', lock.label))}; commit it`);
  }
  const { label, root } = await ensureLibrary(lock.label, say);
  console.log(`whatsapp-web.js ${label} is installed in ${root}`);
  console.log(`run it: wwebjs-canary run --library ${label}`);
}

async function list({ json }: { json?: boolean }) {
  const libraries = await libraryStatuses(false);
  if (json) {
    console.log(JSON.stringify({ schemaVersion: 1, libraries } satisfies LibraryList, null, 2));
    return;
  }
  const rows = libraries.map(({ label, state, packages, lockHash, problem }) => [
    label,
    state.replace('-', ' '),
    String(packages),
    lockHash.slice(0, 12),
    problem ?? '',
  ]);
  process.stdout.write(columns([['library', 'state', 'packages', 'lockfile', ''], ...rows]));
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
