import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { home } from '../../../src/contracts/home.ts';
import { readCapture } from '../../../src/replica/builds/captured-build.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { cli } from '../../cli/cli.ts';
import { shownAfter, shownBy } from '../../surface/capture/round-trip.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// All builds: npm run test:captures.
test.each(['2.3000.1032534684', '2.3000.1044822804'])(
  'surface capture --page of the page of %s is the surface that it was made from, with what ran',
  async (build) => {
    const folder = temporaryFolder();
    const replica = await startReplica({ build, liveScripts: true });
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
    const surface = resolveSurface(build);
    const capture = readCapture(out);
    expect(capture.method).toBe('page');
    expect(capture.ran?.read).toMatchObject({ socketIn: 'executed', inlineScripts: 'source', searchIcon: 'absent' });
    expect(capture.ran?.timeline).toMatchObject({ usable: expect.any(Number), qr: expect.any(Number), synced: null });
    expect(shownAfter(capture, Object.keys(surface.modules))).toEqual(shownBy(surface));
    // No code and no text of the page is in the file.
    expect(readFileSync(out, 'utf8')).not.toMatch(/function\s*\(|=>|Scan to log in/);
  },
);
