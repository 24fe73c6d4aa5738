import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { HtmlTrace } from '../contracts/html-report.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { readTrace } from './read-trace.ts';

/** A page embeds files up to this many bytes; a much larger page opens slowly on a phone. */
const embeddedBytes = 24 * 1024 * 1024;

/** The folder beside a page with the files that it links to. */
export const linkedFolder = 'traces';

/**
 * Screenshots and traces of an HTML report: inside the page, so that it can be sent alone, and in the folder `traces` beside it
 * once the page is large. Files that were removed meanwhile are left out.
 */
export class PageFiles {
  readonly #folder: string;
  #bytesLeft: number;

  /** @param folder of the page. */
  constructor(folder: string, bytes = embeddedBytes) {
    this.#folder = folder;
    this.#bytesLeft = bytes;
  }

  /** A data URI, or the address of a copy relative to the page; null when there is no such file. */
  picture(file: string): string | null {
    const type = extname(file).slice(1).replace('jpg', 'jpeg');
    return this.#take(
      file,
      () => `data:image/${type};base64,${readFileSync(file, 'base64')}`,
      (copy) => copy,
    );
  }

  /** The trace in the folder of an attempt; null when it has none. */
  trace(folder: string): HtmlTrace | null {
    const trace = readTrace(folder);
    if (!trace) return null;
    const snapshots = trace.snapshots.map((snapshot) => ({
      ...snapshot,
      screenshot: snapshot.screenshot && this.picture(join(folder, snapshot.screenshot)),
      dom: snapshot.dom === null ? null : this.#html(join(folder, snapshot.dom)),
    }));
    return { ...trace, snapshots };
  }

  #html(file: string): { html: string } | { file: string } | null {
    return this.#take<{ html: string } | { file: string }>(
      file,
      () => ({ html: readFileSync(file, 'utf8') }),
      (copy) => ({ file: copy }),
    );
  }

  #take<T>(file: string, embed: () => T, link: (copy: string) => T): T | null {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return null;
    if (size > this.#bytesLeft) return link(this.#copy(file));
    this.#bytesLeft -= size;
    return embed();
  }

  #copy(file: string): string {
    const [folder, name] = [dirname(file), basename(file)];
    const attempt = basename(folder) === 'trace' ? basename(dirname(folder)) : basename(folder);
    const folderOfCopy = join(this.#folder, linkedFolder, attempt);
    makeFolder(folderOfCopy);
    copyFileSync(file, join(folderOfCopy, name));
    return `${linkedFolder}/${encodeURIComponent(attempt)}/${encodeURIComponent(name)}`;
  }
}
