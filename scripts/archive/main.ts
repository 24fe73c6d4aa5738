import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Archive } from '../../src/contracts/build-data.ts';
import { buildDataFolder, touchedModules } from '../../src/replica/builds/read-build-data.ts';
import { describeArchive } from '../../src/surface/capture/describe-archive.ts';
import { archiveText, shapesText } from '../../src/surface/capture/file-text.ts';
import { htmlFacts } from '../../src/surface/capture/html-facts.ts';
import { moduleTexts } from '../../src/surface/capture/module-text.ts';
import { compareArchives } from './compare-archives.ts';
import { readGitFiles } from './git-files.ts';

/*
 * Reads the archived page in a commit of a git directory and writes the names and shapes of the modules that libraries touch, or compares
 * them with those that are there. docs/builds.md says how to call it. Nothing of the archived code is executed or written.
 */
const { values } = parseArgs({
  options: {
    git: { type: 'string' },
    commit: { type: 'string' },
    files: { type: 'string' },
    html: { type: 'string' },
    build: { type: 'string' },
    date: { type: 'string' },
    source: { type: 'string', multiple: true },
    note: { type: 'string' },
    partial: { type: 'boolean', default: false },
    keep: { type: 'string' },
    compare: { type: 'boolean', default: false },
    out: { type: 'string', default: join(buildDataFolder, 'archives') },
  },
});

function required(name: 'git' | 'commit' | 'files' | 'build' | 'date'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}

/** What the code of a module shows is read again. */
function keptModules({ modules }: Archive): Archive['modules'] {
  return Object.fromEntries(Object.entries(modules).filter(([, { evidence }]) => evidence !== 'code'));
}

const html = values.html === undefined ? '' : readFileSync(values.html, 'utf8');
const { deferred, components, conditional } = htmlFacts(html);
const texts = [...readGitFiles(required('git'), required('commit'), new RegExp(required('files')))].flatMap(
  ({ text }) => [...moduleTexts(text, conditional)],
);
const covered = touchedModules();
const { names, shapes } = describeArchive({
  build: required('build'),
  date: required('date'),
  source: values.source ?? [],
  ...(values.note === undefined ? {} : { note: values.note }),
  complete: !values.partial,
  texts,
  deferred,
  components,
  covered,
  known: values.keep === undefined ? {} : keptModules(JSON.parse(readFileSync(values.keep, 'utf8'))),
});
const revision = names.build.split('.')[2];
const files = { names: join(values.out, `${revision}.json`), shapes: join(values.out, `${revision}.shapes.json`) };
if (values.compare) {
  const known = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  const comparison = compareArchives({ names, shapes }, { names: known(files.names), shapes: known(files.shapes) });
  for (const { places } of Object.values(comparison)) for (const place of places) console.log(place);
  for (const [kind, { agreed, differ, onlyInCode, onlyInData }] of Object.entries(comparison)) {
    console.log(
      `${kind}: ${agreed} agreed, ${differ} differ, ${onlyInCode} only in the code, ${onlyInData} only in the data`,
    );
  }
} else {
  writeFileSync(files.names, archiveText(names));
  writeFileSync(files.shapes, shapesText(shapes));
}
const commit = execFileSync('git', ['--git-dir', required('git'), 'rev-parse', '--short', required('commit')], {
  encoding: 'utf8',
});
console.log(`${names.build} from ${commit.trim()}: ${names.share.modules} of ${names.share.of} modules`);
