import { join } from 'node:path';
import type { Tried } from '../contracts/build-finding.ts';
import { exitCode } from '../contracts/exit-code.ts';
import type { Night, NightStep, StepResult } from '../contracts/nightly.ts';
import type { Target } from '../contracts/outcome.ts';
import { buildOfText } from '../replica/builds/captured-build.ts';
import { chooseReporters } from '../report/choose-reporters.ts';
import { escapeMarkdown } from '../report/escape-markdown.ts';
import { reporters } from '../report/reporters.ts';
import { writeReportFile } from '../report/write-report-file.ts';
import type { Store } from '../store/open-store.ts';
import { completeFinding } from '../watch/builds/look-once.ts';
import { notifyBuilds } from '../watch/builds/notify-builds.ts';
import { triedOf } from '../watch/builds/tried-flows.ts';
import { noteSurprises, notifyWebhook, postJson } from '../watch/surprises.ts';
import { plural } from '../words/text.ts';
import { madeAttempts, nightCells, runOfNight, runStepsOf } from './night-attempts.ts';
import { goesOnMs, type NightSettings, nightFolder, nightMark } from './night-settings.ts';
import { exitOfNight, headlineOfNight, type LeftWords, leftWords, stepRows } from './night-words.ts';

/** Reports all attempts of a night as those of one run, in every chosen way. */
export async function reportNight(
  night: Night,
  { store, terminal, nightly, reporter = nightly.report }: NightSettings,
): Promise<StepResult> {
  const left = leftWords(night, await madeAttempts(store, runStepsOf(night)));
  const missing = left.cells.length === 0 ? [] : [`${plural(left.cells.length, 'cell')} left for the next night`];
  const ofNight = await runOfNight(store, night, missing);
  if (!ofNight) return { exit: exitCode.asExpected, sentence: 'no attempt was made', details: [] };
  const { run, plan, source } = ofNight;
  const chosen = chooseReporters(reporter.replaceAll(nightMark, nightFolder(night)));
  const made = chosen.map(({ name, target }) => {
    // The attempts were listed when they were made.
    const quiet = name === 'list' ? { ...terminal, live: false, progress: () => {} } : terminal;
    return reporters[name]?.create(target, { terminal: quiet, source, part: null }) ?? {};
  });
  for (const observer of made) await observer.runStarted?.(run, plan, 1);
  for await (const { attempts, expectation, surprise: _, ...cell } of nightCells(store, runStepsOf(night)))
    for (const attempt of attempts)
      for (const observer of made)
        await observer.attemptEnded?.({ cell, expectation, repeat: attempts.length }, attempt);
  for (const observer of made) await observer.runEnded?.(run, false);
  const files = chosen.filter(({ target }) => target !== '').map(({ name, target }) => `${name}: ${target}`);
  return {
    exit: exitCode.asExpected,
    sentence: files.join(', ') || chosen.map(({ name }) => name).join(', '),
    details: [],
  };
}

/** The body of the call that a webhook gets once for each night, as JSON. */
export interface NightNews {
  schemaVersion: 1;
  event: 'night';
  night: string;
  startedAt: string;
  /** As of the command. */
  exitCode: number;
  /** How the night was, as one sentence. */
  seen: string;
  steps: { step: string; result: string; seen: string }[];
  /** What did not fit. */
  left: { cells: number; candidates: string[] };
}

/** Notifies the webhook of the cells of a night that are unexpected or no longer are, and of the night. */
export async function notifyOfNight(
  night: Night,
  step: NightStep & { step: 'notification' },
  { store, webhook }: Pick<NightSettings, 'store' | 'webhook'>,
): Promise<StepResult> {
  await completeBuild(night, store);
  await completeAbandoned(store);
  if (webhook === undefined) return { exit: exitCode.asExpected, sentence: 'no webhook is named', details: [] };
  const steps = runStepsOf(night);
  if (steps.length > 0) {
    const cells = await Array.fromAsync(nightCells(store, steps));
    await noteSurprises({ run: { id: night.id }, cells }, store.nightSurprises, Date.now());
  }
  const troubles = [
    await notifyWebhook(webhook, store.nightSurprises),
    await notifyBuilds(webhook, store, Date.now()),
    await sendNight(night, step, webhook, store),
  ];
  const trouble = troubles.find((each) => each !== null);
  return trouble === undefined
    ? { exit: exitCode.asExpected, sentence: 'the webhook was notified', details: [] }
    : { exit: exitCode.trouble, sentence: `the webhook was not notified: ${trouble}`, details: [] };
}

/** The attempts of the night on tonight's build complete its finding, of which a webhook gets one. */
async function completeBuild(night: Night, store: Store): Promise<void> {
  const file = night.steps.find((step) => step.step === 'capture')?.file ?? null;
  const begun = file === null ? null : await store.liveBuilds.of(buildOfText(`captured:${file}`));
  if (!begun || begun.step === 'found') return;
  const cells = await Array.fromAsync(nightCells(store, runStepsOf(night)));
  const triedAs = (target: Target): Tried => {
    const its = cells.filter((cell) => cell.target === target && (target === 'live' || cell.build === begun.build));
    const made = its.filter(({ attempts }) => attempts.length > 0);
    const where = target === 'live' ? 'on the live site' : 'on a replica of it';
    if (made.length === 0) return { run: null, note: `no attempt ${where} in night ${night.id}`, flows: [] };
    const tried = triedOf({ run: { id: night.id }, cells: made }, begun.build);
    return made.length === its.length ? tried : { ...tried, note: `not every cell was attempted ${where}` };
  };
  await completeFinding(store.liveBuilds, begun, { replayed: triedAs('replica'), live: triedAs('live') });
}

/** A build whose night was cut off and did not go on has a finding too: that of its capture. */
async function completeAbandoned({ liveBuilds }: Store): Promise<void> {
  for (;;) {
    const begun = await liveBuilds.unfinished();
    if (!begun || Date.now() - begun.seenAt < goesOnMs) return;
    const none = (where: string): Tried => ({ run: null, note: `no attempt ${where}: it was cut off`, flows: [] });
    const { replayed, live } = begun.finding;
    const tried = { replayed: replayed ?? none('on a replica of it'), live: live ?? none('on the live site') };
    await completeFinding(liveBuilds, begun, tried);
  }
}

/** Null when the webhook accepted it, or may have before this night was cut off: it gets each night once. */
async function sendNight(
  night: Night,
  step: NightStep & { step: 'notification' },
  webhook: string,
  store: Store,
): Promise<string | null> {
  if (step.sending) return null;
  step.sending = true;
  await store.nights.keep(night);
  const trouble = await postJson(webhook, await newsOf(night, store));
  step.sending = trouble === null;
  return trouble;
}

async function newsOf(night: Night, store: Store): Promise<NightNews> {
  const left = leftWords(night, await madeAttempts(store, runStepsOf(night)));
  return {
    schemaVersion: 1,
    event: 'night',
    night: night.id,
    startedAt: night.startedAt,
    exitCode: exitOfNight(night),
    seen: headlineOfNight(night, left),
    steps: stepRows(night).map(({ name, result, sentence }) => ({ step: name, result, seen: sentence })),
    left: { cells: left.cells.length, candidates: left.candidates },
  };
}

/** Writes `night.md` and `night.json` as the night is now. */
export async function writeNight(night: Night, store: Store): Promise<LeftWords> {
  const left = leftWords(night, await madeAttempts(store, runStepsOf(night)));
  const file = (name: string) => join(nightFolder(night), name);
  const { steps, ...head } = night;
  const record = { ...head, exitCode: exitOfNight(night), steps: stepRows({ steps }), left };
  await writeReportFile(file('night.json'), [`${JSON.stringify(record, null, 2)}\n`]);
  await writeReportFile(file('night.md'), [nightMarkdown(night, left)]);
  return left;
}

function nightMarkdown(night: Night, left: LeftWords): string {
  const rows = stepRows(night).map(
    ({ name, result, sentence }) => `| ${[name, result, sentence].map(escapeMarkdown).join(' | ')} |`,
  );
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines.map((line) => `- ${escapeMarkdown(line)}`)];
  return [
    '## whatsapp-web.js nightly',
    '',
    `**${escapeMarkdown(headlineOfNight(night, left))}**`,
    '',
    '| step | result | what came of it |',
    '|---|---|---|',
    ...rows,
    ...list(
      'Not as expected',
      stepRows(night).flatMap(({ details }) => details),
    ),
    ...list('Left for the next night', [...left.candidates.map((candidate) => `gate ${candidate}`), ...left.cells]),
    '',
  ].join('\n');
}
