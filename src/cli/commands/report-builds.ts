import { Command } from 'commander';
import type { BuildFinding } from '../../contracts/build-finding.ts';
import { processTerminal } from '../../report/terminal.ts';
import type { LiveBuild, Looks } from '../../store/live-builds.ts';
import { openStoreToRead } from '../../store/open-store.ts';
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
    const [looks, builds] = [await store.liveBuilds.looks(), await store.liveBuilds.newest(last)];
    if (json)
      process.stdout.write(`${JSON.stringify({ schemaVersion: 1, looks, builds: builds.map(asData) }, null, 2)}\n`);
    else processTerminal().result(render(looks, builds));
  } finally {
    await store.close();
  }
}

function asData({ build, seenAt, step, finding, notifiedAt }: LiveBuild) {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const sentence = buildSentence(finding);
  return { build, seenAt: iso(seenAt), step, notifiedAt: iso(notifiedAt), sentence, finding };
}

function render(looks: Looks | null, builds: readonly LiveBuild[]): string {
  if (!looks && builds.length === 0) {
    return 'No build was looked for yet: `wwebjs-canary watch --live` does. No page of the live site was asked for.\n';
  }
  return [...(looks ? [looksLine(looks)] : []), ...builds.flatMap(linesOf), ''].join('\n');
}

function looksLine({ answeredAt, failures, trouble, nextAt }: Looks): string {
  const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const read = answeredAt === null ? 'No page was read yet' : `The page was read last at ${time(answeredAt)}`;
  const since = answeredAt === null ? '' : ' since then';
  const failed = failures === 0 ? '' : `; ${plural(failures, 'look')} failed${since}: ${trouble}`;
  return `${read}${failed}. The next look is due at ${time(nextAt)}.`;
}

function linesOf({ step, finding }: LiveBuild): string[] {
  const left = step === 'found' ? '' : ' (not complete: the next look goes on with it)';
  return [
    '',
    `${buildSentence(finding)}${left}`,
    `  compared with ${finding.before}; ${finding.capture.file}`,
    ...runLines(finding),
  ];
}

function runLines({ replayed, live }: BuildFinding): string[] {
  const runs = [replayed, live].flatMap((tried) => (tried?.run ? [tried.run] : []));
  return runs.length === 0 ? [] : [`  attempts: run ${runs.join(', ')}`];
}
