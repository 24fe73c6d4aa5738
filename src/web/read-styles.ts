import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The style sheet of the plots. The package has it beside this module, since it does not depend on uPlot. */
function plotStyles(): string {
  const bundled = join(import.meta.dirname, 'uPlot.min.css');
  return existsSync(bundled) ? bundled : resolve('uplot/dist/uPlot.min.css');
}

/** Joins the style sheets of a page: the colours and parts of all pages, then the named ones. */
export async function readStyles(...names: ('report' | 'history' | 'console')[]): Promise<string> {
  const own = ['colors.css', 'base.css', ...names.map((name) => join(name, 'style.css'))];
  const files = own.map((name) => join(import.meta.dirname, name));
  if (names.includes('history')) files.unshift(plotStyles());
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}
