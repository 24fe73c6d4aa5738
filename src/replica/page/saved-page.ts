import type { Boot } from '../../contracts/boot.ts';

const started = Symbol.for('replica-page');

/**
 * Takes over a page of the real site that the program answers itself (`webVersionCache`). All of its scripts are this one, served by the
 * replica; the first one makes the page of the build that the html names.
 *
 * @returns null in the other scripts, and when the replica cannot run the build: its server then says why.
 */
export async function takeOverSavedPage(): Promise<Boot | null> {
  if (started in document) return null;
  Object.assign(document, { [started]: true });
  if (document.readyState === 'loading')
    await new Promise((done) => document.addEventListener('DOMContentLoaded', done));
  const build = buildOfHtml(document.documentElement.outerHTML);
  const response = await fetch(`/static/boot.json?build=${build}`);
  if (!response.ok) return null;
  const app = document.createElement('div');
  app.id = 'app';
  document.body.replaceChildren(app);
  return (await response.json()) as Boot;
}

/** The build that the html of the real site names, else an empty string. Comet builds have a revision, others name their manifest after the build. */
export function buildOfHtml(html: string): string {
  const revision = /"client_revision":(\d+)/.exec(html)?.[1];
  return revision === undefined ? (/manifest-(\d[\d.]*\d)\.json/.exec(html)?.[1] ?? '') : `2.3000.${revision}`;
}
