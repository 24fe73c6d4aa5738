import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Boot } from '../../../src/contracts/boot.ts';
import { home, packageRoot } from '../../../src/contracts/home.ts';
import type { RunReport } from '../../../src/contracts/run.ts';
import type { Verdict } from '../../../src/contracts/verdict.ts';
import { Exporter } from '../../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../../src/exporter/service-reads.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { captureText } from '../../../src/surface/capture/file-text.ts';
import { cli } from '../../cli/cli.ts';
import { installToy } from '../../support/toy-installation.ts';
import { captureOfTonight, known, tonight } from '../../surface/capture/tonights-page.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const { to } = resolveSurface(known).known;
/** A library that ends its process when it starts: an attempt of it starts no browser. */
const exits = '0.0.2';

/** A home with the installed libraries and browsers of this checkout, a toy, and a store of its own. */
async function homeWithToy(): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'libraries'));
  for (const part of ['browsers', 'library-index']) symlinkSync(home(part), join(folder, part));
  for (const each of readdirSync(home('libraries')))
    symlinkSync(home('libraries', each), join(folder, 'libraries', each));
  vi.stubEnv('WWEBJS_CANARY_HOME', folder);
  await installToy('exits', exits);
  vi.unstubAllEnvs();
  return folder;
}

// The same page. Without an account it shows neither message keys nor media, so that those of the nearest known build count.
describe.each([
  ['page', { outcome: 'failed', msgKeyTextField: '$1', changed: ['mediaPrivateId', 'usedFactories'] }],
  ['account', { outcome: 'passed', msgKeyTextField: '_serialized', changed: ['msgKeyTextField', 'usedFactories'] }],
] as const)('a capture of the kind %s', (kind, { outcome, msgKeyTextField, changed }) => {
  let folder = '';
  let at = '';
  beforeAll(async () => {
    folder = await homeWithToy();
    const file = join(folder, 'tonight.json');
    writeFileSync(file, captureText(captureOfTonight(kind)));
    at = `captured:${file}`;
  });

  const run = (...args: string[]) => cli(args, folder, folder);
  const json = <Shape>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Shape;

  test('is the build of run, whose records have its number, and say whose behaviours it has', async () => {
    const cells = ['--library', `1.34.7,${exits}`, '--build', at, '--flow', 'qr-to-ready'];
    const { stderr } = await run('run', ...cells, '--reporter', 'json=report.json');
    const { cells: made } = json<RunReport>('report.json');
    expect(
      made.map(({ build }) => build),
      stderr,
    ).toEqual([tonight, tonight]);
    const [attempt] = made.find(({ library }) => library === '1.34.7')?.attempts ?? [];
    expect(attempt, stderr).toMatchObject({ outcome, prediction: { behavioursOf: to } });
  });

  test('is a number in the labels of metrics', async () => {
    const [store, database] = [
      await openStore(join(folder, 'store.sqlite')),
      await openDatabase<ExportedTables>(`sqlite:${join(folder, 'store.sqlite')}`),
    ];
    const fail = (error: unknown) => {
      throw error;
    };
    const { text: metrics } = await new Exporter(store, database, fail).read();
    await database.close();
    await store.close();
    const builds = new Set([...metrics.matchAll(/\bbuild="([^"]*)"/g)].map(([, build]) => build));
    expect([...builds]).toEqual([tonight]);
    expect(metrics).not.toContain('captured:');
  });

  test('is the build of gate, methods, advise, surface check and surface diff, which say whose behaviours it has', async () => {
    const versions = ['--baseline', exits, '--candidate', '1.34.7', '--flow', 'qr-to-ready'];
    const [gate, methods, advise, check, diff] = await Promise.all([
      run('gate', ...versions, '--build', at, '--reporter', 'json=verdict.json'),
      run('methods', '--library', exits, '--build', at, '--reporter', 'json=methods.json'),
      run('advise', '--current', '1.34.7', '--build', at, '--json'),
      run('surface', 'check', '1.34.7', '--build', at),
      run('surface', 'diff', known, at, '--json'),
    ]);
    expect(gate.exit, gate.stderr).toBe(2);
    const { flows, notices } = json<Verdict>('verdict.json');
    expect(flows.flatMap(({ cells }) => cells.map(({ place }) => place.build))).toEqual([tonight]);
    const [carried] = notices.filter(({ kind: of }) => of === 'behaviours-carried-over');
    expect(carried?.sentence).toContain(`behaviours those of ${to}`);
    expect(json('methods.json'), methods.stderr).toMatchObject({ columns: [{ library: exits, build: tonight }] });
    const { known: origin, ...advice } = JSON.parse(advise.stdout || 'null');
    expect(advice, advise.stderr).toMatchObject({ build: tonight, behavioursOf: to });
    expect(origin.origin.names.capture).toMatchObject({ method: kind });
    expect(check.stdout, check.stderr).toContain(`1.34.7 on ${tonight}: `);
    expect(check.stdout).toContain(`carried over from ${to}`);
    const { modules, behaviours } = JSON.parse(diff.stdout || 'null');
    expect(modules.removed, diff.stderr).toEqual(['WAWebMuteCollection']);
    expect(behaviours.map(({ name }: { name: string }) => name)).toEqual(changed);
  });

  test('is the build of a replica, which serves its number and its modules', async () => {
    const main = join(packageRoot, 'src', 'cli', 'main.ts');
    const child = spawn(process.execPath, [main, 'replica', '--build', at, '--live-scripts'], {
      env: { ...process.env, WWEBJS_CANARY_HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const { port, certificate } = JSON.parse(line);
      const headers = { 'sec-fetch-mode': 'navigate' };
      const site = { host: '127.0.0.1', port, servername: 'web.whatsapp.com', ca: certificate, headers };
      const [response] = (await once(get(site), 'response')) as [IncomingMessage];
      const { surface } = bootOf(await text(response));
      expect(surface).toMatchObject({ build: tonight, behaviours: { msgKeyTextField } });
      expect(surface.modules).toHaveProperty('WAWebCmd');
      expect(surface.modules).not.toHaveProperty('WAWebMuteCollection');
    } finally {
      child.kill('SIGINT');
      await closed;
    }
  });
});

/** What the code of a replica's page gets. */
function bootOf(html: string): Pick<Boot, 'surface'> {
  return JSON.parse(/<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(html)?.[1] ?? 'null');
}
