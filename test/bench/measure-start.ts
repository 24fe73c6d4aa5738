import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { home } from '../../src/contracts/home.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { installInto, pack } from '../package/installed-package.ts';
import { endFile } from '../temporary-folders/at-file-end.ts';
import { type Bar, bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

interface Start {
  name: string;
  args: readonly string[];
  bar: Bar;
  /** It goes on after its first line; until that is counted. */
  staysUp?: true;
}

const nothing = ['-e', '0'];

/** How long the commands of the installed package take to start, as ratios to a Node that does nothing just before. All take turns. */
export async function startTimes(build: string, rounds: number): Promise<Figure[]> {
  const { label } = await ensureLibrary('1.34.7', console.log);
  const starts: Start[] = [
    { name: '--version', args: ['--version'], bar: bars.startVersion },
    { name: '--help', args: ['--help'], bar: bars.startVersion },
    { name: 'surface check', args: ['surface', 'check', label, '--build', build], bar: bars.startCheck },
    { name: 'replica, until it listens', args: ['replica', '--build', build], bar: bars.startReplica, staysUp: true },
  ];
  try {
    const { folder, packageFolder } = await installInto((await pack()).tarball);
    const bin = `${packageFolder}/bin/wwebjs-canary.js`;
    const time = (args: readonly string[], staysUp = false) => timeUntilEnd(args, staysUp, folder);
    const times = new Map(starts.map((start) => [start, { ms: [] as number[], ratios: [] as number[] }]));
    const bare: number[] = [];
    // The first round fills the caches, as the first start of a user does.
    for (let round = -1; round < rounds; round++) {
      for (const [start, { ms, ratios }] of times) {
        const least = await time(nothing);
        const taken = await time([bin, ...start.args], start.staysUp);
        if (round < 0) continue;
        bare.push(least);
        ms.push(taken);
        ratios.push(taken / least);
      }
    }
    return [
      { name: `node -e 0, median of ${bare.length}`, value: `${median(bare).toFixed(0)} ms`, bar: '', ok: true },
      ...[...times].map(([{ name, bar }, { ms, ratios }]) => {
        const ratio = median(ratios);
        return heldTo(bar, name, ratio, `${median(ms).toFixed(0)} ms, ${ratio.toFixed(1)} times`);
      }),
    ];
  } finally {
    await endFile();
  }
}

/** Milliseconds until the process has ended, or has written its first line. */
async function timeUntilEnd(args: readonly string[], staysUp: boolean, cwd: string): Promise<number> {
  const env = { ...process.env, WWEBJS_CANARY_HOME: home() };
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await (staysUp ? Promise.race([once(child.stdout, 'data'), ended]) : ended);
  const ms = performance.now() - start;
  if (staysUp && child.exitCode === null) child.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0 && !staysUp) throw new Error(`${args.join(' ')} ended with code ${code}`);
  return ms;
}
