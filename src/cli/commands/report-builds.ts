import { Command } from 'commander';
import type { BuildFinding } from '../../contracts/build-finding.ts';
import type { Drift } from '../../contracts/capture.ts';
import { processTerminal } from '../../report/terminal.ts';
import type { LiveBuild, Looks } from '../../store/live-builds.ts';
import { openStoreToRead, type Store } from '../../store/open-store.ts';
import { buildSentence } from '../../words/build-finding.ts';
import { plural } from '../../words/text.ts';
import { wholeNumber } from '../options/option-values.ts';

interface BuildsOptions {
  last: number;
  json?: true;
}

/** `report builds`: what `watch --live` found. */
export function buildsCommand(): Command {
  return new Command('builds')
    .description('what each build of the live site changed, as watch --live found it, and how its looks go')
    .option('--last <n>', 'how many builds, newest first', wholeNumber(1, 1_000), 10)
    .option('--json', 'as data')
    .addHelpText('after', '\nExamples:\n  wwebjs-canary report builds\n  wwebjs-canary report builds --last 1 --json')
    .action(show);
}

async function show({ last, json }: BuildsOptions): Promise<void> {
  const store = await openStoreToRead();
  try {
    const shown: ShownBuilds = {
      looks: await store.liveBuilds.looks(),
      builds: await withDrift(await store.liveBuilds.newest(last), store),
      saved: (await store.savedBuilds.newest(last)).map((build) => ({ ...build, ranDrift: [] })),
    };
    if (json) process.stdout.write(`${JSON.stringify(asData(shown), null, 2)}\n`);
    else processTerminal().result(render(shown));
  } finally {
    await store.close();
  }
}

/** A build with what captures in a browser found on it. */
interface ShownBuild extends LiveBuild {
  ranDrift: Drift[];
}

interface ShownBuilds {
  looks: Looks | null;
  builds: readonly ShownBuild[];
  /** Of saved pages. */
  saved: readonly ShownBuild[];
}

function withDrift(builds: readonly LiveBuild[], { liveDrift }: Store): Promise<ShownBuild[]> {
  return Promise.all(builds.map(async (build) => ({ ...build, ranDrift: await liveDrift.of(build.build) })));
}

function asData({ looks, builds, saved }: ShownBuilds) {
  return { schemaVersion: 1, looks, builds: builds.map(buildData), saved: saved.map(buildData) };
}

function buildData({ build, seenAt, step, finding, notifiedAt, ranDrift }: ShownBuild) {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const sentence = buildSentence(finding);
  return { build, seenAt: iso(seenAt), step, notifiedAt: iso(notifiedAt), sentence, finding, ranDrift };
}

function render({ looks, builds, saved }: ShownBuilds): string {
  if (!looks && builds.length + saved.length === 0) {
    return 'There was no look for new builds yet: `wwebjs-canary watch --live` makes them.\n';
  }
  return [
    ...(looks ? [looksLine(looks)] : []),
    ...builds.flatMap(linesOf),
    ...(saved.length > 0 ? ['', 'Of saved pages (--from):'] : []),
    ...saved.flatMap(linesOf),
    '',
  ].join('\n');
}

const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function looksLine({ answeredAt, failures, trouble, nextAt }: Looks): string {
  const read = answeredAt === null ? 'No page was read yet' : `The page was read last at ${time(answeredAt)}`;
  const since = answeredAt === null ? '' : ' since then';
  const failed = failures === 0 ? '' : `; ${plural(failures, 'look')} failed${since}: ${trouble}`;
  return `${read}${failed}. The next look is due at ${time(nextAt)}.`;
}

function linesOf({ step, finding, notifiedAt, ranDrift }: ShownBuild): string[] {
  const left = step === 'found' ? '' : ' (not complete: the next look goes on with it)';
  return [
    '',
    `${buildSentence(finding)}${left}`,
    `  compared with ${finding.before}; ${finding.capture.file}`,
    ...finding.unread.map(({ library, why }) => `  ${library} could not be read: ${why}`),
    ...ranDrift.map(
      ({ name, data, page }) => `  drift that a browser found: ${name} is ${page}, and the data says ${data}`,
    ),
    ...runLines(finding),
    ...(step === 'found'
      ? [`  ${notifiedAt === null ? 'no webhook has accepted it' : `a webhook accepted it at ${time(notifiedAt)}`}`]
      : []),
  ];
}

function runLines({ replayed, live }: BuildFinding): string[] {
  const runs = [replayed, live].flatMap((tried) => (tried?.run ? [tried.run] : []));
  return runs.length === 0 ? [] : [`  attempts: run ${runs.join(', ')}`];
}
