import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BuildChange } from '../../src/contracts/build-data.ts';
import { buildDataFolder, touchedModules } from '../../src/replica/builds/read-build-data.ts';
import { describeArchive } from '../../src/surface/capture/describe-archive.ts';
import { htmlFacts, scriptAddresses } from '../../src/surface/capture/html-facts.ts';
import { moduleTexts } from '../../src/surface/capture/module-text.ts';
import { changeBetween, type Described } from './change-between.ts';
import { readGitFiles } from './git-files.ts';

/*
 * Reads every page in the history of an archive's source and writes what changed from one to the next into comet.read.json.
 * docs/builds.md says how to call it. Nothing of the archived code is executed or written.
 */
const { values } = parseArgs({
  options: {
    git: { type: 'string' },
    files: { type: 'string' },
    /** The file of a commit that lists the addresses of its scripts. */
    addresses: { type: 'string' },
    /** The git directory with the html of builds. */
    pages: { type: 'string' },
    source: { type: 'string' },
  },
});

function required(name: 'git' | 'files' | 'addresses' | 'pages' | 'source'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}

interface KeptPage {
  revision: string;
  date: string;
  html: string;
  addresses: ReadonlySet<string>;
}

/** A commit is the page of a build when it shares this part of its scripts; between two builds of one day they share less. */
const sameScripts = 0.98;
const dayMs = 24 * 3600 * 1000;

function git(directory: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', directory, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 });
}

function commits(): { id: string; at: number }[] {
  const lines = git(required('git'), 'log', '--reverse', '--format=%h %ct').trim().split('\n');
  return lines.map((line) => line.split(' ')).map(([id = '', at]) => ({ id, at: Number(at) * 1000 }));
}

/** The pages that were kept between two times. */
function keptPages(from: number, to: number): KeptPage[] {
  const times = [`--since=${new Date(from).toISOString()}`, `--until=${new Date(to).toISOString()}`];
  const log = git(
    required('pages'),
    'log',
    '--diff-filter=A',
    '--format=C %h %cs',
    '--name-only',
    ...times,
    '--',
    'html',
  );
  const pages: KeptPage[] = [];
  let [commit = '', date = ''] = [];
  for (const line of log.split('\n')) {
    if (line.startsWith('C ')) [, commit = '', date = ''] = line.split(' ');
    const revision = /2\.3000\.(\d+)/.exec(line)?.[1];
    if (revision === undefined) continue;
    const html = git(required('pages'), 'show', `${commit}:${line}`);
    pages.push({ revision, date, html, addresses: scriptAddresses(html) });
  }
  return pages.sort((a, b) => Number(a.revision) - Number(b.revision));
}

/** The oldest kept page that shares the most scripts with a commit; null when none shares nearly all. */
function pageOf(commit: string, pages: readonly KeptPage[]): KeptPage | null {
  const addresses = scriptAddresses(git(required('git'), 'show', `${commit}:${required('addresses')}`));
  const shared = pages.map((page) => [...addresses].filter((each) => page.addresses.has(each)).length);
  const most = Math.max(0, ...shared);
  return most < addresses.size * sameScripts ? null : (pages[shared.indexOf(most)] ?? null);
}

const covered = touchedModules();

function describe(commit: string, { revision, date, html }: KeptPage): Described {
  const { deferred, components, conditional } = htmlFacts(html);
  const files = [...readGitFiles(required('git'), commit, new RegExp(required('files')))];
  return describeArchive({
    build: `2.3000.${revision}`,
    date,
    source: [`${required('source')}@${commit}`],
    complete: true,
    texts: files.flatMap(({ text }) => [...moduleTexts(text, conditional)]),
    deferred,
    components,
    covered,
    known: {},
  });
}

const archived = new Set(readdirSync(join(buildDataFolder, 'archives')).map((file) => file.split('.')[0]));
const all = commits();
const pages = keptPages((all[0]?.at ?? 0) - dayMs, (all.at(-1)?.at ?? 0) + dayMs);
const changes: BuildChange[] = [];
let before: { page: KeptPage; described: Described } | null = null;
for (const { id } of all) {
  const page = pageOf(id, pages);
  if (!page || (before && Number(page.revision) <= Number(before.page.revision))) continue;
  const described = describe(id, page);
  if (before && !archived.has(page.revision)) {
    const { build, date, source } = described.names;
    const change = changeBetween(before.described, described);
    changes.push({ since: build, date, whole: true, ...change, source, confidence: 'read' });
    console.log(`${build} from ${id}: ${Object.keys(change).join(', ') || 'nothing changed'}`);
  }
  before = { page, described };
}
const lines = changes.map((change) => `    ${JSON.stringify(change)}`);
writeFileSync(
  join(buildDataFolder, 'comet.read.json'),
  `{\n  "schemaVersion": 1,\n  "changes": [\n${lines.join(',\n')}\n  ]\n}\n`,
);
