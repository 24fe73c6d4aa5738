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

/** How long the commands of the installed package take to start, as ratios to a Node that does nothing. All take turns. */
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
    const times = new Map<Start, number[]>(starts.map((start) => [start, []]));
    const bare: number[] = [];
    // The first round fills the caches, as the first start of a user does.
    for (let round = -1; round < rounds; round++) {
      const least = await time(nothing);
      if (round >= 0) bare.push(least);
      for (const start of starts) {
        const ms = await time([bin, ...start.args], start.staysUp);
        if (round >= 0) times.get(start)?.push(ms);
      }
    }
    const unit = median(bare);
    return [
      { name: `node -e 0, median of ${rounds}`, value: `${unit.toFixed(0)} ms`, bar: '', ok: true },
      ...starts.map((start) => {
        const ms = median(times.get(start) as number[]);
        return heldTo(start.bar, start.name, ms / unit, `${ms.toFixed(0)} ms, ${(ms / unit).toFixed(1)} times`);
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
