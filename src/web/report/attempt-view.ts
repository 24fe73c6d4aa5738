import { codes, isAttemptCode } from '../../codes/codes.ts';
import type { Attempt, Cause, Cell } from '../../contracts/attempt.ts';
import { doubtOf } from '../../contracts/doubt-of.ts';
import type { Prediction } from '../../contracts/prediction.ts';
import { originWords } from '../../words/build-origin.ts';
import {
  agreementOf,
  buildDoubt,
  causeConfidence,
  methodOutcomes,
  openWords,
  predictionWords,
} from '../../words/prediction.ts';
import { switchSentence } from '../../words/switch-words.ts';
import { andList, symbols } from '../../words/text.ts';
import { el, withCode } from '../dom.ts';
import { traceView } from './trace-view.ts';

/** One attempt: outcome, cause, what was predicted, trace and versions. */
export function attemptView(cell: Cell, attempt: Attempt, screenshot: string | undefined): HTMLElement[] {
  return [
    ...(attempt.outcome === 'passed' ? [] : [whatHappened(attempt)]),
    ...(attempt.cause ? [causeView(attempt)] : []),
    ...(attempt.prediction ? [predictionView(cell, attempt, attempt.prediction)] : []),
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

function causeView({ cause, provenance: { loaded }, confidence }: Attempt): HTMLElement {
  const { message, module, export: name, libraryFile, libraryLine, evidence } = cause as Cause;
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
      ...row('known', causeConfidence(confidence)),
    ),
    evidence.length > 0 && el('ul', { class: 'evidence' }, ...evidence.map((line) => el('li', {}, ...withCode(line)))),
  );
}

const agreementWords = { agrees: 'It came.', differs: 'It did not come.' };

/** What the source of the library predicts, beside what happened. */
function predictionView(cell: Cell, attempt: Attempt, prediction: Prediction): HTMLElement {
  const agreement = agreementOf(cell, attempt);
  const doubt = buildDoubt(attempt.confidence.build, prediction);
  const methods = methodOutcomes(attempt).map(({ name, predicted, happened, agreement: own }) =>
    el(
      'li',
      {},
      el('code', {}, name),
      ` ${happened}; predicted: ${predicted || 'nothing'}`,
      own === 'differs' && ` ${symbols.differs}`,
    ),
  );
  return el(
    'section',
    { class: `prediction ${agreement ?? 'not-compared'}` },
    el('h3', {}, 'Predicted by the source'),
    el('p', {}, ...withCode(`${predictionWords(prediction)}. `), agreement && agreementWords[agreement]),
    doubt !== null && el('p', {}, `The build ${doubt}.`),
    ...doubtOf(prediction).open.map((open) => el('p', {}, `It rests on ${openWords(open)}.`)),
    ...(prediction.switches ?? []).map((broken) => el('p', {}, switchSentence(broken))),
    methods.length > 0 && el('ul', {}, ...methods),
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
  origin,
  live,
  browserVersion,
  browserMemoryBytes,
  id,
  startedAt,
  seed,
  artifacts,
  artifactsMissing,
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
      ...row('build known by', origin && originWords(origin)),
      ...row('on the live site', live && liveWords(live)),
      ...row('user agent', page.userAgent),
      ...row('browser', [browserVersion, memory].filter((part) => part !== null).join(', ')),
      ...row('attempt', `${id}, ${startedAt}, seed ${seed}`),
      ...row('artifacts', artifacts && el('code', {}, artifacts)),
      ...row('evidence', artifactsMissing && `missing: ${artifactsMissing}`),
    ),
  );
}

/** `pages of 2.3000.1050000000, accounts anna and ben, with comms-in-worker=true`: what the site served, and how it was reached. */
function liveWords({ accounts, builds, switches, intercepts }: NonNullable<Attempt['live']>): string {
  const chosen = Object.entries(switches).map(([name, value]) => `${name}=${value}`);
  return [
    builds.length === 0 ? 'no page named a build' : `pages of ${andList(builds)}`,
    ...(accounts.length > 0 ? [`accounts ${andList(accounts)}`] : []),
    ...(chosen.length > 0 ? [`with ${chosen.join(', ')}`] : []),
    ...(intercepts ? ['the library intercepted requests of the page'] : []),
  ].join(', ');
}

function row(name: string, value: Node | string | null | undefined | false): Node[] {
  return value ? [el('dt', {}, name), el('dd', {}, value)] : [];
}
