import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import type { ObservedPage } from '../../../src/contracts/capture.ts';
import { chromeIdentity } from '../../../src/contracts/chrome-identity.ts';
import { home } from '../../../src/contracts/home.ts';
import type { SwitchValues } from '../../../src/contracts/switches.ts';
import { readCapture } from '../../../src/replica/builds/captured-build.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { processCertificate } from '../../../src/replica/server/certificate.ts';
import { chromiumArgs } from '../../../src/replica/server/page-entrance.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { fetchRunPage } from '../../../src/surface/capture/fetch-page.ts';
import { KeptScripts } from '../../../src/surface/capture/kept-scripts.ts';
import { realClock } from '../../../src/surface/capture/live-site.ts';
import { runPage } from '../../../src/surface/page/run-page.ts';
import { cli } from '../../cli/cli.ts';
import { shownAfter, shownBy } from '../../surface/capture/round-trip.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// All builds: npm run test:captures.
test.each<[build: string, switches: SwitchValues, socketIn: string]>([
  ['2.3000.1032534684', {}, 'page'],
  ['2.3000.1044822804', { 'comms-in-worker': 'true' }, 'worker'],
])(
  'surface capture --page of the page of %s with %o is the surface that it was made from, with what ran',
  async (build, switches, socketIn) => {
    const folder = temporaryFolder();
    const replica = await startReplica({ build, switches, liveScripts: true });
    const [trusted, out] = [join(folder, 'replica.pem'), join(folder, 'capture.json')];
    writeFileSync(trusted, replica.certificate);
    const at = ['--connect-to', `127.0.0.1:${replica.port}`, '--trust', trusted];
    symlinkSync(home('browsers'), join(folder, 'browsers'));
    const { exit, stdout, stderr } = await cli(['surface', 'capture', '--page', ...at, '--out', out], folder);
    await replica.close();
    expect(exit, stderr).toBe(0);
    expect(stdout).toMatch(/It ran: usable after \d+ ms with \d+ modules/);
    expect(stdout).toMatch(/Behaviours read in the page: socketIn, usedFactories; in its text: /);
    expect(stdout).not.toContain('Drift');
    const surface = resolveSurface(build, switches);
    const capture = readCapture(out);
    expect(capture.method).toBe('page');
    expect(capture.behaviours).toMatchObject({ socketIn });
    expect(capture.ran?.read).toMatchObject({ socketIn: 'executed', inlineScripts: 'source', searchIcon: 'absent' });
    expect(capture.ran?.timeline).toMatchObject({ usable: expect.any(Number), qr: expect.any(Number), synced: null });
    expect(shownAfter(capture, Object.keys(surface.modules))).toEqual(shownBy(surface));
    // No code and no text of the page is in the file.
    expect(readFileSync(out, 'utf8')).not.toMatch(/function\s*\(|=>|Scan to log in/);
  },
);

test('the browser that runs the page names itself as a Chrome with a window does, to the site and to the page', async () => {
  const { cert, key, spki } = await processCertificate();
  const asked: IncomingHttpHeaders[] = [];
  const shown = `<title>Other</title><script>
    const { userAgent, languages, userAgentData: { brands } } = navigator;
    fetch('/said', { method: 'POST', body: JSON.stringify({ userAgent, languages, brands }) });
  </script>`;
  let said = '';
  const server = createServer({ cert, key }, async (request, response) => {
    asked.push(request.headers);
    if (request.url === '/said') said = await text(request);
    response.writeHead(200, { 'content-type': 'text/html' }).end(shown);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const flags = chromiumArgs({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, spki });
  const browser = await ensureBrowser('current', console.log);
  await runPage({ browser, flags, patienceMs: 3000 });
  await vi.waitFor(() => expect(said).not.toBe(''));
  server.close();
  server.closeAllConnections();
  const { brands, userAgent } = chromeIdentity(Number(/\/(\d+)/.exec(browser.version)?.[1]));
  expect(JSON.parse(said)).toEqual({ userAgent, brands, languages: ['en-US'] });
  expect(asked.length).toBeGreaterThan(1);
  expect(JSON.stringify(asked)).not.toMatch(/headless|posix/i);
  expect(asked[0]).toMatchObject({
    'user-agent': userAgent,
    'sec-ch-ua': expect.stringContaining('"Google Chrome";v='),
  });
});

const shell = '<title>WhatsApp Web</title>{"client_revision":1044822804} static.whatsapp.net';

test.each<[string, { answer?: [status: number, html: string]; flag?: string }, RegExp, isAsked: boolean]>([
  [
    'without a network',
    { flag: '--host-resolver-rules=MAP * ~NOTFOUND' },
    /NAME_NOT_RESOLVED\): there is no network/,
    false,
  ],
  ['that nothing answers', {}, /cannot be reached: there is no answer in time/, false],
  [
    'whose certificate is not trusted',
    { answer: [200, shell], flag: '' },
    /CERT_\w+\): its certificate is not trusted/,
    false,
  ],
  ['that refuses', { answer: [429, 'slow down'] }, /answers 429/, true],
  ['of a portal', { answer: [200, '<title>Hotel WiFi</title>'] }, /not that of WhatsApp Web, but "Hotel WiFi"/, true],
  ['that never starts', { answer: [200, shell] }, /came, and did not start/, true],
])('a page %s is one clear error, and nothing of it is kept', async (_, { answer, flag }, message, isAsked) => {
  const { cert, key, spki } = await processCertificate();
  const server = createServer({ cert, key }, (_request, response) => {
    if (answer) response.writeHead(answer[0], { 'content-type': 'text/html' }).end(answer[1]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connectTo = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const [rules = '', ...others] = chromiumArgs({ ...connectTo, spki });
  const flags = flag === undefined ? [rules, ...others] : [flag || rules];
  const browser = await ensureBrowser('current', console.log);
  const kept = new KeptScripts(temporaryFolder());
  const run = () => runPage({ browser, flags, patienceMs: answer ? 3000 : 1000 });
  const page = fetchRunPage({ ...realClock, connectTo, trusted: cert }, kept, { forced: false, say: () => {}, run });
  await expect(page).rejects.toMatchObject({ name: 'TroubleError', message: expect.stringMatching(message) });
  expect(kept.askedAt !== null).toBe(isAsked);
  server.close();
  server.closeAllConnections();
});

test('the loader is noted when it comes, also before a script that takes long, and each growth of the modules has its time', async () => {
  const { cert, key, spki } = await processCertificate();
  const busyMs = 400;
  const scripts = [
    `Object.defineProperty(window, '__d', { value() {} });`,
    `for (const until = performance.now() + ${busyMs}; performance.now() < until; );`,
    `const modulesMap = {};
    const register = (name) => { modulesMap[name] = { exports: {}, factory: null, factoryFinished: false, special: 0 }; };
    window.require = () => ({ modulesMap });
    register('First');
    Debug = { VERSION: '2.3000.1044822804' };
    setTimeout(() => register('Second'), 300);
    setTimeout(() => register('Third'), 600);`,
  ];
  const html = `${shell}${scripts.map((each) => `<script>${each}</script>`).join('')}`;
  const server = createServer({ cert, key }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const flags = chromiumArgs({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, spki });
  const { observed } = await runPage({ browser: await ensureBrowser('current', console.log), flags, patienceMs: 3000 });
  server.close();
  server.closeAllConnections();
  const { timeline, moduleCounts } = observed as ObservedPage;
  expect((timeline.usable ?? 0) - (timeline.loader ?? 0)).toBeGreaterThan(0.9 * busyMs);
  expect(moduleCounts.map(({ modules }) => modules)).toEqual([1, 2, 3]);
  const [first, , third] = moduleCounts.map(({ at }) => at) as [number, number, number];
  expect(third - first).toBeGreaterThan(400);
  expect(timeline.settled).toBe(third);
});
