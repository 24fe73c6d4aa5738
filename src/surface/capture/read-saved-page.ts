import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../../contracts/input-error.ts';
import type { CapturedPage } from './capture-surface.ts';
import { buildOfPage, olderBuildOfPage, scriptAddresses } from './html-facts.ts';

/**
 * A page that was saved: a folder with an html and its scripts at any depth, one html, or one script.
 *
 * @param build of scripts without an html
 * @param dateOf the day of a build where it is known; otherwise the file's own day counts
 * @throws InputError for a path without such files, an html of another site, and htmls of two builds
 */
export function readSavedPage(
  path: string,
  { build: given, dateOf, now }: { build?: string; dateOf: (build: string) => string | null; now: Date },
): CapturedPage {
  const files = filesOf(path);
  const pages = files.filter(isHtml).map((file) => ({ file, html: readFileSync(file, 'utf8') }));
  const scripts = files.filter((file) => !isHtml(file));
  const builds = pages.map(({ file, html }) => ({ file, build: buildIn(file, html) }));
  const other = builds.find(({ build }) => build !== builds[0]?.build);
  if (other) {
    throw new InputError(`${path}: ${builds[0]?.file} is of ${builds[0]?.build} and ${other.file} of ${other.build}`);
  }
  const build = builds[0]?.build ?? given;
  if (build === undefined) {
    throw new InputError(`${path}: there is no html that names a build; say which one it is with --build`);
  }
  if (given !== undefined && given !== build) throw new InputError(`${path}: its html is of ${build}, not of ${given}`);
  const html = pages.map((page) => page.html).join('\n');
  const there = new Set(scripts.map((file) => basename(file)));
  const missing = [...scriptAddresses(html)].filter((address) => !there.has(basename(address)));
  const [first = path] = files;
  return {
    build,
    date:
      dateOf(build) ??
      statSync(pages[0]?.file ?? first)
        .mtime.toISOString()
        .slice(0, 10),
    capturedAt: now.toISOString(),
    method: 'saved',
    source: 'saved page',
    html,
    contentSecurityPolicy: null,
    scripts: scripts.map((file) => ({ name: basename(file), text: readFileSync(file, 'utf8') })),
    missing: missing.map((script) => ({ script, message: 'it is not among the saved files' })),
  };
}

const isHtml = (file: string) => /\.html?$/i.test(file);

function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new InputError(`${path}: there is no such file or folder`);
  if (!found.isDirectory()) return [path];
  const files = globSync('**/*.{html,htm,js}', { cwd: path }).sort();
  if (files.length === 0) throw new InputError(`${path}: there is no html and no script in this folder`);
  return files.map((file) => join(path, file));
}

/** @throws InputError for an html that is no page of WhatsApp Web, or one whose modules have no names. */
export function buildIn(place: string, html: string): string {
  const build = buildOfPage(html);
  if (build !== null) return build;
  const older = olderBuildOfPage(html);
  if (older !== null) {
    throw new InputError(`${place}: it is the page of ${older}; the modules of builds before 2.3000 have no names`);
  }
  throw new InputError(`${place}: it is no page of WhatsApp Web, which names its client_revision`);
}
