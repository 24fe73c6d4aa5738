import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { generatedPage } from './generated-page.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What `surface capture --json` says, and what the process took. */
interface Captured {
  modules: number;
  parsed: number;
  seconds: number;
  peakMegabytes: number;
}

/**
 * Time and memory of `surface capture`, of a page that nothing is kept of, and of the same page again.
 *
 * @param folder saved scripts of a real page; without one, a page with as many modules as a real one is generated
 */
export function captureTimes(folder: string | undefined): Figure[] {
  const own = mkdtempSync(join(tmpdir(), 'capture-bench-'));
  try {
    const page = folder ?? writePage(join(own, 'page'));
    const [first, again] = [capture(page, own), capture(page, own)];
    const shown = ({ modules, parsed, seconds, peakMegabytes }: Captured) =>
      `${seconds.toFixed(1)} s, ${peakMegabytes.toFixed(0)} MB, ${parsed} of ${modules} modules parsed`;
    const ratio = again.seconds / first.seconds;
    return [
      heldTo(bars.captureTime, 'a capture of a page', first.seconds, shown(first)),
      heldTo(bars.captureMemory, 'the memory of it, peak', first.peakMegabytes, `${first.peakMegabytes.toFixed(0)} MB`),
      heldTo(
        bars.captureAgain,
        'the same page again, over the first time',
        ratio,
        `${shown(again)}, ${ratio.toFixed(2)} times`,
      ),
    ];
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

const generatedModules = 13_000;

function writePage(folder: string): string {
  const { html, scripts } = generatedPage(generatedModules);
  mkdirSync(folder);
  writeFileSync(join(folder, 'page.html'), html);
  for (const [name, text] of scripts) writeFileSync(join(folder, name), text);
  return folder;
}

/** The memory of a process is written when it ends. */
const tellPeak = `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)))`;

function capture(page: string, own: string): Captured {
  const [peakFile, hook] = [join(own, 'peak'), join(own, 'tell-peak.cjs')];
  writeFileSync(hook, tellPeak);
  // An html names its build itself.
  const build = globSync('**/*.html', { cwd: page }).length > 0 ? [] : ['--build', '2.3000.1050000000'];
  const args = ['surface', 'capture', '--from', page, ...build, '--out', join(own, 'capture.json'), '--json'];
  const start = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--require', hook, cli, ...args], {
    env: { ...process.env, WWEBJS_CANARY_HOME: join(own, 'home'), PEAK_FILE: peakFile },
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  // Scripts without an html are not a complete page, which ends with 2.
  if (status !== 0 && status !== 2) throw new Error(`the capture ended with ${status}: ${stderr}`);
  const { modules, parsed } = JSON.parse(stdout) as Pick<Captured, 'modules' | 'parsed'>;
  return { modules, parsed, seconds, peakMegabytes: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}
