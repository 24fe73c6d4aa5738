import { codes, isAttemptCode } from '../../codes/codes.ts';
import type { Attempt, Cause, Provenance } from '../../contracts/attempt.ts';
import { el, withCode } from '../dom.ts';
import { traceView } from './trace-view.ts';

/** One attempt: outcome, cause, trace and versions. */
export function attemptView(attempt: Attempt, screenshot: string | undefined): HTMLElement[] {
  return [
    ...(attempt.outcome === 'passed' ? [] : [whatHappened(attempt)]),
    ...(attempt.cause ? [causeView(attempt.cause, attempt.provenance)] : []),
    traceView(attempt, screenshot),
    provenanceView(attempt),
  ];
}

function whatHappened({ code, phase, blame }: Attempt): HTMLElement {
  const entry = code !== null && isAttemptCode(code) ? codes[code] : null;
  return el(
    'section',
    {},
    el('h3', {}, 'What happened'),
    el('p', {}, el('span', { class: 'code' }, code ?? ''), ` in phase ${phase}, blame: ${blame}`),
    entry && el('p', {}, ...withCode(entry.what)),
    entry && el('p', { class: 'todo' }, ...withCode(entry.todo)),
  );
}

function causeView(
  { message, module, export: name, libraryFile, libraryLine, evidence }: Cause,
  { loaded }: Provenance,
) {
  return el(
    'section',
    {},
    el('h3', {}, 'Cause'),
    el('pre', { class: 'message' }, ...withCode(message)),
    el(
      'dl',
      {},
      ...row('missing', module && el('code', {}, name === undefined ? module : `${module}.${name}`)),
      ...row('library', libraryFile && sourceLink(libraryFile, libraryLine, loaded)),
    ),
    evidence.length > 0 && el('ul', { class: 'evidence' }, ...evidence.map((line) => el('li', {}, ...withCode(line)))),
  );
}

/** Released versions are tagged `v<version>` in the library's repository. */
function sourceLink(file: string, line: number | undefined, version: string | null): HTMLElement {
  const text = el('code', {}, line === undefined ? file : `${file}:${line}`);
  if (version === null || !/^\d+\.\d+\.\d+$/.test(version)) return text;
  const anchor = line === undefined ? '' : `#L${line}`;
  const href = `https://github.com/wwebjs/whatsapp-web.js/blob/v${version}/${file}${anchor}`;
  return el('a', { href, rel: 'noreferrer' }, text);
}

function provenanceView({
  provenance,
  page,
  browserVersion,
  browserMemoryBytes,
  id,
  startedAt,
  seed,
  artifacts,
}: Attempt) {
  const { requested, installed, loaded, frames, integrity } = provenance;
  const frameLines = frames.map((frame) =>
    el('div', {}, el('code', {}, `${frame.package}@${frame.version} ${frame.file}:${frame.line}`)),
  );
  const memory = browserMemoryBytes === null ? null : `${Math.round(browserMemoryBytes / 2 ** 20)} MiB at ready`;
  return el(
    'section',
    {},
    el('h3', {}, 'Provenance'),
    el(
      'dl',
      {},
      ...row('library', `asked for ${requested}, installed ${installed ?? 'none'}, loaded ${loaded ?? 'none'}`),
      ...row('in stacks', frameLines.length > 0 && el('div', {}, ...frameLines)),
      ...row('integrity', integrity && el('code', {}, integrity)),
      ...row('page', page.debugVersion && `says it is ${page.debugVersion}`),
      ...row('user agent', page.userAgent),
      ...row('browser', [browserVersion, memory].filter((part) => part !== null).join(', ')),
      ...row('attempt', `${id}, ${startedAt}, seed ${seed}`),
      ...row('artifacts', artifacts && el('code', {}, artifacts)),
    ),
  );
}

function row(name: string, value: Node | string | null | undefined | false): Node[] {
  return value ? [el('dt', {}, name), el('dd', {}, value)] : [];
}
