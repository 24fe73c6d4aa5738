import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readPrivateKey, readPublicKey, signFacts, verifiedFacts } from '../../../src/cli/surface/signed-facts.ts';
import type { Capture } from '../../../src/contracts/capture.ts';
import type { DoctorReport } from '../../../src/contracts/doctor.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import { addToCheckout } from '../../../src/replica/builds/add-to-checkout.ts';
import { buildTimeline, surfaceAt } from '../../../src/replica/builds/build-timeline.ts';
import type { FactSource } from '../../../src/replica/builds/fact-sources.ts';
import { buildDataFolder, readBuildData } from '../../../src/replica/builds/read-build-data.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { archiveText, captureText, shapesText } from '../../../src/surface/capture/file-text.ts';
import { certificateOfAuthority } from '../../certificate-of-authority.ts';
import { type CliResult, cli } from '../../cli/cli.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { captureOf, shownBy } from './round-trip.ts';
import { define, pageOf } from './tiny-page.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // each command is a process of its own

const tonight = '2.3000.1059999999';
const known = resolveSurface('2.3000.1044822804');
const { WAWebChatForwardMessage: _, ...modules } = known.modules;

function tonightsCapture(): Capture {
  return captureOf({ ...known, build: tonight, modules });
}

describe('in a project of the user', () => {
  const project = temporaryFolder();
  const home = temporaryFolder();
  const own = join(project, 'compat-matrix', 'builds');
  const file = join(project, 'tonight.json');
  const inProject = (...args: string[]): Promise<CliResult> => cli(args, home, project);
  const key = (name: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(project, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(project, `${name}.pub.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
  };
  beforeAll(() => {
    writeFileSync(file, captureText(tonightsCapture()));
    for (const name of ['ours', 'theirs']) key(name);
  });

  test('an imported capture is the surface of its build, and leaves the project with a signed export', async () => {
    const diff = () => inProject('surface', 'diff', '2.3000.1044822804', tonight, '--json');
    expect(JSON.parse((await diff()).stdout).modules.removed).not.toContain('WAWebChatForwardMessage');
    const refused = await inProject('surface', 'import', 'tonight.json');
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('stood in for the live site') });
    expect(existsSync(join(own, 'captures'))).toBe(false);
    const imported = await inProject('surface', 'import', 'tonight.json', '--stand-in');
    expect(imported).toMatchObject({ exit: 0, stdout: `${join(own, 'captures', '1059999999.json')}\n` });
    expect(JSON.parse((await diff()).stdout).modules.removed).toContain('WAWebChatForwardMessage');
    expect(await inProject('surface', 'export', '--sign', 'ours.pem', '--out', 'facts.json')).toMatchObject({
      exit: 0,
    });
  });

  test('another capture of the same build replaces an imported one, which the command says, and its file undoes it', async () => {
    const other = temporaryFolder();
    const ours = (...args: string[]) => cli(args, home, other);
    const kept = join(other, 'compat-matrix', 'builds', 'captures', '1059999999.json');
    const later = join(other, 'later.json');
    writeFileSync(later, captureText({ ...tonightsCapture(), capturedAt: '2026-11-30T00:00:00.000Z' }));
    const said: string[] = [];
    for (const each of [file, file, later]) said.push((await ours('surface', 'import', '--stand-in', each)).stderr);
    expect(said).toEqual(['', '', `it replaces another capture of ${tonight}\n`]);
    expect(JSON.parse(readFileSync(kept, 'utf8')).capturedAt).toBe('2026-11-30T00:00:00.000Z');
    rmSync(kept);
    const { stdout } = await ours('surface', 'list', '--json');
    expect(JSON.parse(stdout).sources).toMatchObject([{ kind: 'package' }]);
  });

  test('the facts of a signed file replace those of the package in another project', async () => {
    const other = temporaryFolder();
    const facts = join(project, 'facts.json');
    const updated = await cli(['surface', 'update', facts, '--key', join(project, 'ours.pub.pem')], home, other);
    expect(updated.stdout, updated.stderr).toContain(`facts up to ${tonight}`);
    const { stdout } = await cli(['surface', 'diff', '2.3000.1044822804', tonight, '--json'], home, other);
    expect(JSON.parse(stdout).modules.removed).toContain('WAWebChatForwardMessage');
  });

  test('facts come from an https address, over a redirect, and what is no file of facts leaves no trace', async () => {
    const { authorityPem, cert, key: ownKey } = await certificateOfAuthority('localhost');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'authority.pem'), authorityPem);
    const text = readFileSync(join(project, 'facts.json'));
    const server = createServer({ cert, key: ownKey }, (request, to) => {
      if (request.url === '/latest') to.writeHead(302, { location: '/facts.json' }).end();
      else if (request.url === '/facts.json') to.end(text);
      else to.end('<title>Hotel WiFi</title>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', join(folder, 'authority.pem'));
    try {
      const site = `https://localhost:${(server.address() as AddressInfo).port}`;
      const update = (path: string, cwd: string) =>
        cli(['surface', 'update', `${site}${path}`, '--key', join(project, 'ours.pub.pem')], home, cwd);
      const other = temporaryFolder();
      expect(await update('/latest', other)).toMatchObject({ exit: 0, stdout: expect.stringContaining(tonight) });
      const refused = temporaryFolder();
      expect(await update('/portal', refused)).toMatchObject({
        exit: 3,
        stderr: expect.stringContaining(`${site}/portal: it is no file of \`surface export\``),
      });
      expect(existsSync(join(refused, 'compat-matrix'))).toBe(false);
    } finally {
      vi.unstubAllEnvs();
      server.close();
      server.closeAllConnections();
    }
  });

  test('surface list and doctor say which facts are in effect, and how old they are', async () => {
    const { stdout } = await inProject('surface', 'list', '--json');
    const { sources } = JSON.parse(stdout) as { sources: FactSource[] };
    expect(sources).toMatchObject([
      { kind: 'package', build: known.known.to, date: '2026-10-09', state: 'in effect' },
      { kind: 'capture', build: tonight, state: 'in effect', file: join(own, 'captures', '1059999999.json') },
    ]);
    const { stdout: text } = await inProject('surface', 'list');
    expect(text).toMatch(
      /^facts +newest build +of +age +state +file\npackage +2\.3000\.1049833609 +2026-10-09 +\d+ days +in effect/,
    );
    const doctor = await inProject('doctor', '--json');
    const { checks } = JSON.parse(doctor.stdout) as DoctorReport;
    expect(checks.find(({ name }) => name === 'facts about builds')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^up to 2\.3000\.1059999999 of 2026-11-29, \d+ days? old, with 1 imported capture$/),
    });
  });

  test('older facts replace newer ones neither by an update nor beside an imported capture', async () => {
    const other = temporaryFolder();
    const ours = (...args: string[]) => cli(args, home, other);
    const text = readFileSync(join(project, 'facts.json'), 'utf8');
    const trusted = [readPublicKey(join(project, 'ours.pub.pem'))];
    const facts = verifiedFacts(text, 'facts.json', trusted);
    const older = join(other, 'older.json');
    const signed = { ...facts, madeAt: '2026-01-01T00:00:00Z' };
    writeFileSync(older, signFacts(signed, readPrivateKey(join(project, 'ours.pem'))));
    const key = ['--key', join(project, 'ours.pub.pem')];
    expect(await ours('surface', 'update', join(project, 'facts.json'), ...key)).toMatchObject({ exit: 0 });
    const refused = await ours('surface', 'update', older, ...key);
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('were made 2026-01-01T00:00:00Z') });

    const kept = join(other, 'compat-matrix', 'builds', 'facts.json');
    const stale = { ...facts, facts: { ...facts.facts, known: { ...facts.facts.known, to: '2.3000.1037160418' } } };
    for (const archive of Object.values(stale.archives)) archive.modules = {};
    writeFileSync(kept, JSON.stringify(stale));
    await ours('surface', 'import', file, '--stand-in');
    const { stdout, stderr } = await ours('surface', 'diff', '2.3000.1044822804', tonight, '--json');
    expect(JSON.parse(stdout || 'null')?.modules.removed, stderr).toContain('WAWebChatForwardMessage');
    writeFileSync(kept, '{}');
    const broken = await ours('surface', 'diff', '2.3000.1044822804', tonight);
    expect(broken).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('remove it, or use surface update again'),
    });
  });

  test('facts that name an archive which they do not have are refused although their signature is right', () => {
    const trusted = [readPublicKey(join(project, 'ours.pub.pem'))];
    const facts = verifiedFacts(readFileSync(join(project, 'facts.json'), 'utf8'), 'facts.json', trusted);
    const [name = ''] = Object.keys(facts.archives);
    const { [name]: _archive, ...archives } = facts.archives;
    const text = signFacts({ ...facts, archives }, readPrivateKey(join(project, 'ours.pem')));
    expect(() => verifiedFacts(text, 'facts.json', trusted)).toThrow(
      `name the archive ${name}, which it does not have`,
    );
  });

  test('a folder in place of a file is one clear error', async () => {
    const updated = await inProject('surface', 'update', 'compat-matrix', '--key', 'ours.pub.pem');
    expect(updated).toMatchObject({ exit: 3, stderr: expect.stringContaining('compat-matrix: ') });
  });

  test('a stand-in is asked although the page of the live site is kept, since each has a page of its own', async () => {
    const folder = join(temporaryFolder(), 'capture');
    mkdirSync(folder, { recursive: true });
    const at = Date.now();
    const html = '"client_revision":1044822804 static.whatsapp.net';
    writeFileSync(join(folder, 'asked.json'), JSON.stringify({ at }));
    writeFileSync(join(folder, 'page.json'), JSON.stringify({ at, html, contentSecurityPolicy: '' }));
    const args = ['surface', 'capture', '--connect-to', 'no-such-host.invalid:443'];
    const captured = await cli(args, join(folder, '..'), project);
    expect(captured).toMatchObject({ exit: 4, stderr: expect.stringContaining('there is no network') });
  });

  test('a key in the folder of trusted keys is trusted', async () => {
    const other = temporaryFolder();
    const keys = join(other, 'compat-matrix', 'builds', 'trusted-keys');
    mkdirSync(keys, { recursive: true });
    cpSync(join(project, 'ours.pub.pem'), join(keys, 'ours.pem'));
    expect(await cli(['surface', 'update', join(project, 'facts.json')], home, other)).toMatchObject({ exit: 0 });
  });

  test('facts from an address without TLS are refused, and leave the project without a trace', async () => {
    const other = temporaryFolder();
    const args = ['surface', 'update', 'http://127.0.0.1:9/facts.json', '--key', join(project, 'ours.pub.pem')];
    const refused = await cli(args, home, other);
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('only https addresses are fetched') });
    expect(existsSync(join(other, 'compat-matrix'))).toBe(false);
  });

  test('a file that is refused leaves the project without a trace', async () => {
    const other = temporaryFolder();
    const facts = join(project, 'facts.json');
    const { exit, stderr } = await cli(
      ['surface', 'update', facts, '--key', join(project, 'theirs.pub.pem')],
      home,
      other,
    );
    expect(stderr).toContain('it is signed with a key that is not trusted');
    expect(exit).toBe(3);
    expect(existsSync(join(other, 'compat-matrix'))).toBe(false);
  });

  test.each<[string, (text: string) => string, string[], RegExp]>([
    ['no trusted key', (text) => text, [], /no key is trusted/],
    [
      'a changed text',
      (text) => text.replace('WAWebChatForwardMessage', 'WAWebChatForwardMessagf'),
      ['ours.pub.pem'],
      /the signature is not of these facts/,
    ],
    ['an end that is cut off', (text) => text.slice(0, -10), ['ours.pub.pem'], /it is no file of `surface export`/],
    ['another kind of file', () => '{}', ['ours.pub.pem'], /it is no file of `surface export`/],
    ['another kind of key', (text) => text, ['tonight.json'], /it is no Ed25519 key as PEM/],
  ])('facts with %s are refused', (_, change, keys, message) => {
    const text = change(readFileSync(join(project, 'facts.json'), 'utf8'));
    const verified = () =>
      verifiedFacts(
        text,
        'facts.json',
        keys.map((name) => readPublicKey(join(project, name))),
      );
    expect(verified).toThrow(message);
  });

  test('facts of another schema are refused although their signature is right', () => {
    const facts = { schemaVersion: 2, kind: 'surface-facts' } as never;
    const text = signFacts(facts, readPrivateKey(join(project, 'ours.pem')));
    const trusted = [readPublicKey(join(project, 'ours.pub.pem'))];
    expect(() => verifiedFacts(text, 'facts.json', trusted)).toThrow(/its facts are of another schema: schemaVersion/);
  });
});

test('in a checkout a capture becomes an archive with source and bounds, whose surface is that of the capture', () => {
  const folder = join(temporaryFolder(), 'builds');
  cpSync(buildDataFolder, folder, { recursive: true });
  // A module that no library touches is not in the archive.
  const capture = { ...tonightsCapture(), unresolved: { WAWebReplicaFiller1: ['WAWebReplicaFiller2'] } };
  const files = addToCheckout(capture, { archive: archiveText, shapes: shapesText }, folder);
  expect(files.map((file) => file.slice(folder.length))).toEqual([
    '/archives/1059999999.json',
    '/archives/1059999999.shapes.json',
    '/comet.yaml',
  ]);
  const timeline = buildTimeline(readBuildData('comet', folder));
  const surface = surfaceAt(timeline, tonight);
  expect(surface.known).toMatchObject({ to: tonight, behaviours: resolveSurface(tonight).known.to });
  expect(surface.behavioursOf).toBe(resolveSurface(tonight).known.to);
  const { modules: shown } = shownBy(surface, Object.keys(modules));
  expect(shown).toEqual(shownBy({ ...known, modules }).modules);
  expect(() => addToCheckout(tonightsCapture(), { archive: archiveText, shapes: shapesText }, folder)).toThrow(
    /there is an archive of this build already/,
  );
});

test.each([
  ['can be written', 'archives/1059999999.shapes.json.part'],
  ['gets its name', 'archives/1059999999.shapes.json'],
])('in a checkout nothing is left of an import of which not each file %s', (_, inTheWay) => {
  const folder = join(temporaryFolder(), 'builds');
  cpSync(buildDataFolder, folder, { recursive: true });
  const facts = readFileSync(join(folder, 'comet.yaml'), 'utf8');
  const files = () => globSync('**/*', { cwd: folder }).filter((name) => !name.startsWith(inTheWay));
  const before = files();
  mkdirSync(join(folder, inTheWay));
  writeFileSync(join(folder, inTheWay, 'kept'), '');
  const capture = captureSurface(pageOf({ 'a.js': define('WAWebCmd', 'l.Cmd = "x"') }, tonight), []);
  const add = () => addToCheckout(capture, { archive: archiveText, shapes: shapesText }, folder);
  expect(add).toThrow(TroubleError);
  expect(files()).toEqual(before);
  expect(readFileSync(join(folder, 'comet.yaml'), 'utf8')).toBe(facts);
  rmSync(join(folder, inTheWay), { recursive: true, force: true });
  // What an import that was killed leaves is replaced.
  writeFileSync(join(folder, 'archives', '1059999999.json'), '{');
  expect(add()).toHaveLength(3);
});
