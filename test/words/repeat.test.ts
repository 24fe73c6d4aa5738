import { expect, test } from 'vitest';
import type { LibrarySource } from '../../src/contracts/library-source.ts';
import { repeatOf } from '../../src/words/repeat.ts';
import { exampleCell, passedAttempt } from '../fixtures/example-run.ts';

const contentHash = '0a1b2c3d'.repeat(8);
const commit = '1a2b3c4d'.repeat(5);
const label = '1.34.7+fork.0a1b2c3d';

function repeat(source: LibrarySource | null, axes = {}) {
  const { provenance, seed } = passedAttempt();
  const cell = exampleCell({ ...(source && { library: label }), ...axes });
  return repeatOf(cell, { seed, provenance: { ...provenance, ...(source && { source }) } });
}

test('a release on npm needs nothing', () => {
  expect(repeat(null)).toEqual({
    command:
      'npx wwebjs-canary run --library 1.34.7 --build 2.3000.1032534684 --browser current --flow qr-to-ready --condition none --seed 7',
    needs: [],
  });
});

test('a commit that can be fetched is named by its repository, so the command works on another machine', () => {
  const remote = 'https://example.org/fork.git';
  const { command, needs } = repeat({
    kind: 'folder',
    from: '/fork',
    name: 'fork',
    commit,
    dirty: false,
    remote,
    contentHash,
  });
  expect(command).toContain(`--library 'fork=git+${remote}#${commit}'`);
  expect(needs).toEqual([`commit 1a2b3c4d of ${remote}, which has to be pushed`]);
});

test.each<[string, LibrarySource, string]>([
  [
    'a folder with changes',
    { kind: 'folder', from: '/fork', commit, dirty: true, remote: 'https://example.org/fork.git', contentHash },
    `the folder /fork at commit ${commit} with its changes (content sha256 ${contentHash}), added with \`library add PATH\``,
  ],
  [
    'a commit that no remote has',
    { kind: 'git', from: '/fork', name: 'fork', commit, contentHash },
    `commit ${commit} of the repository /fork, added with \`library add fork=PATH#${commit}\``,
  ],
  [
    'a folder',
    { kind: 'folder', from: '/fork', contentHash },
    `the folder /fork (content sha256 ${contentHash}), added with \`library add PATH\``,
  ],
  [
    'a tarball',
    { kind: 'tarball', from: '/fork.tgz', contentHash },
    'the tarball /fork.tgz (sha512-abc==), added with `library add PATH`',
  ],
])('%s is named by its label, with what another machine needs', (_what, source, need) => {
  const { command, needs } = repeat(source);
  expect(command).toContain(`--library ${label} `);
  expect(needs).toEqual([need]);
});

test('a flow and a browser of the user’s own are needed too', () => {
  const { command, needs } = repeat(null, { flow: './my flow.ts', browser: '/usr/bin/chrome' });
  expect(command).toContain(`--flow './my flow.ts'`);
  expect(needs).toEqual(['the flow ./my flow.ts', 'the browser /usr/bin/chrome']);
});
