import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { policyHash } from '../../src/contracts/policy-hash.ts';
import type { RunReport } from '../../src/contracts/run.ts';
import { type Failure, verdictSchema } from '../../src/contracts/verdict.ts';
import { VerdictFigures } from '../../src/exporter/verdict-figures.ts';
import { labelOfLibrary, resolveLibrary } from '../../src/library/add-library.ts';
import { Instruments } from '../../src/metrics/instruments.ts';
import { openStore } from '../../src/store/open-store.ts';
import { plannedChoice, planPairs } from '../../src/verdicts/plan-pairs.ts';
import { cellHash } from '../../src/web/report/cell-hash.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';
import { writeTinyLibrary } from '../library/tiny-library.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const folder = temporaryFolder();
const home = join(folder, 'home');
const build = '2.3000.1029241508';

/** Attempts of three made-up versions: one that works, one that is as good, one that is broken. */
const recorded: { cell: Cell; attempts: Attempt[] }[] = [
  { cell: exampleCell({ library: '9.0.0', build }), attempts: many(100, 0) },
  { cell: exampleCell({ library: '9.0.1', build }), attempts: many(99, 1) },
  { cell: exampleCell({ library: '9.0.2', build }), attempts: many(0, 6) },
];

/** The cells that shipped matrix and policy name for them, and what the store has of two of them in each. */
const choice = plannedChoice({}, defaultPolicy);
const { places } = planPairs({ baseline: '9.0.0', candidate: '9.0.1' }, choice, 'replica');
const stored = [
  { library: '9.0.0', passed: 16, failed: 0 },
  { library: '9.0.1', passed: 16, failed: 1 },
];
const total = 16 * places.filter(({ flow }) => flow === 'qr-to-ready').length;

function many(passed: number, failed: number): Attempt[] {
  const startedAt = new Date().toISOString();
  return [
    ...Array.from({ length: passed }, () => passedAttempt({ startedAt })),
    ...Array.from({ length: failed }, () => failedAttempt({ startedAt })),
  ];
}

function writeReport(name: string, its = recorded): string {
  const cells = its.map(({ cell, attempts }) => ({ ...cell, expectation: null, surprise: false, attempts }));
  const report: RunReport = {
    schemaVersion: 1,
    run: { ...exampleRun, finishedAt: new Date().toISOString() },
    cells,
    summary: { cells: its.length, passed: 2, failed: 1, infra: 0, surprises: 1 },
  };
  writeFileSync(join(folder, name), JSON.stringify(report));
  return join(folder, name);
}

/** What is recorded, and other words in the first attempt. */
function withFirst(more: Partial<Attempt>): typeof recorded {
  return recorded.map(({ cell, attempts: [first, ...others] }) => ({
    cell,
    attempts: [{ ...(first as Attempt), ...more }, ...others],
  }));
}

const versions = ['--baseline', '9.0.0', '--candidate', '9.0.1'];
const gate = (args: string[]) => cli(['gate', ...args], home);
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const policy = readFileSync('compat-matrix/policy.yaml', 'utf8');
/** Blocks what the shipped policy promotes: one failed attempt is enough. */
const strict = file(
  'strict.yaml',
  policy
    .replace('name: default', 'name: strict')
    .replace('codes: [session-lost]', 'codes: [no-ready]\n    atOnce: true'),
);

beforeAll(async () => {
  mkdirSync(home);
  const store = await openStore(join(home, 'store.sqlite'));
  await store.runs.add(exampleRun);
  for (const { library, passed, failed } of stored) {
    for (const [i, place] of places.entries()) {
      for (const attempt of many(i === 0 ? passed - failed : passed, i === 0 ? failed : 0))
        await store.attempts.add(exampleRun.id, { library, ...place }, attempt);
    }
  }
  for (const place of places) {
    for (const attempt of many(0, 2)) await store.attempts.add(exampleRun.id, { library: '9.0.2', ...place }, attempt);
  }
  await store.close();
});

describe('the exit code is the verdict', () => {
  test('0 for promote, with the reasons on stdout', async () => {
    const { exit, stdout, stderr } = await gate(['--baseline', '9.0.0', '--candidate', '9.0.1']);
    expect(stderr).toBe('');
    expect(stdout).toContain(
      `✓ promote: 9.0.1 against 9.0.0\nqr-to-ready: baseline ${total} of ${total}, candidate ${total - 1} of ${total}, a loss of `,
    );
    expect(exit).toBe(0);
  });

  test('1 for block', async () => {
    const { exit, stdout } = await gate(['--baseline', '9.0.0', '--candidate', '9.0.2']);
    expect(stdout).toContain('the candidate is broken.');
    expect(exit).toBe(1);
  });

  test('and the verdict is kept in the store, for the exporter', async () => {
    await gate(['--baseline', '9.0.0', '--candidate', '9.0.2']);
    const store = await openStore(join(home, 'store.sqlite'));
    const kept = (await store.verdicts.newest(policyHash(defaultPolicy), 9)).find(
      ({ candidate }) => candidate === '9.0.2',
    );
    await store.close();
    expect(kept).toMatchObject({ baseline: '9.0.0', verdict: 'block' });
  });

  test.each([
    ['on one build only', ['--build', '2.3000.5'], 2, /^policy default .*, only build 2\.3000\.5$/m],
    ['on the live site', ['--target', 'live'], 2, /^policy default .*, only target live$/m],
    ['by another policy', ['--policy', strict], 1, /^policy strict /m],
  ])('a verdict %s says so, and does not take the place of the one that is served', async (_what, args, code, says) => {
    await gate(['--baseline', '9.0.0', '--candidate', '9.0.1']);
    const { exit, stdout } = await gate(['--baseline', '9.0.0', '--candidate', '9.0.1', ...args]);
    expect(stdout).toMatch(says);
    const store = await openStore(join(home, 'store.sqlite'));
    const kept = (await store.verdicts.newest(policyHash(defaultPolicy), 9)).find(
      ({ candidate }) => candidate === '9.0.1',
    );
    await store.close();
    expect(exit).toBe(code);
    expect(kept).toMatchObject({ verdict: 'promote' });
  });

  test('2 for inconclusive, also when the filter leaves nothing', async () => {
    const { exit, stdout } = await gate(['--baseline', '9.0.0', '--candidate', '9.0.1', '--build', '2.3000.5']);
    expect(stdout).toContain(
      'There is no attempt of either version with build 2.3000.5 and target replica.\nIt rests on 0 attempts.\n',
    );
    expect(exit).toBe(2);
  });
});

describe('what counts is the plan', () => {
  const experiment = { ...(places[0] as (typeof places)[0]), condition: 'slow-cpu' };

  test('an experiment under a condition leaves a standing promote standing, and is noticed', async () => {
    const own = join(folder, 'experiment');
    mkdirSync(own);
    copyFileSync(join(home, 'store.sqlite'), join(own, 'store.sqlite'));
    expect((await cli(['gate', ...versions], own)).exit).toBe(0);
    const store = await openStore(join(own, 'store.sqlite'));
    for (const attempt of many(0, 3))
      await store.attempts.add(exampleRun.id, { library: '9.0.1', ...experiment }, attempt);
    await store.close();

    const after = await cli(['gate', ...versions], own);
    expect(after.stdout).toContain(
      'Outside the plan, and in no rate: the candidate failed 3 of 3 attempts of qr-to-ready on 2.2412.54 (slow-cpu) (no-ready), the baseline was not tried.',
    );
    expect(after.exit).toBe(0);
    const narrowed = ['--condition', 'slow-cpu', '--build', experiment.build, '--flow', experiment.flow];
    const asked = await cli(['gate', ...versions, ...narrowed], own);
    expect(asked.stdout).toContain('The baseline was never tried on 2.2412.54 (slow-cpu).');
    expect(asked.exit).toBe(2);

    const again = await openStore(join(own, 'store.sqlite'));
    const instruments = new Instruments();
    await new VerdictFigures(again, instruments, defaultPolicy).refresh();
    await again.close();
    expect(await instruments.registry.metrics()).toContain(
      'wwebjs_gate_verdict{baseline="9.0.0",candidate="9.0.1",verdict="promote",target="replica"} 1',
    );
  });

  test('--config names another matrix, whose verdict is not served', async () => {
    const matrix = file(
      'matrix.yaml',
      `schemaVersion: 1\nblocks:\n  - library: [9.0.0, 9.0.1]\n    build: [${build}]\n    condition: [slow-cpu]\n`,
    );
    const { exit, stdout } = await gate([...versions, '--config', matrix]);
    expect(stdout).toContain('There is no attempt of either version');
    expect(stdout).toContain(`only config ${matrix}`);
    expect(exit).toBe(2);
  });
});

describe('versions by other names', () => {
  /** A store in which the candidate passed everything that the plan asks of it. */
  async function homeWith(candidate: string): Promise<string> {
    const own = temporaryFolder();
    const store = await openStore(join(own, 'store.sqlite'));
    await store.runs.add(exampleRun);
    for (const library of ['9.0.0', candidate]) {
      for (const place of places)
        for (const attempt of many(20, 0)) await store.attempts.add(exampleRun.id, { library, ...place }, attempt);
    }
    await store.close();
    return own;
  }

  test('a tag of npm is judged as the exact version that it names now', async () => {
    const latest = await resolveLibrary('latest', () => {});
    const own = await homeWith(latest);
    const { exit, stdout, stderr } = await cli(['gate', '--baseline', '9.0.0', '--candidate', 'latest'], own);
    expect(stderr).toBe(`whatsapp-web.js latest is ${latest}\n`);
    expect(stdout).toContain(`✓ promote: ${latest} against 9.0.0\n`);
    expect(exit).toBe(0);
  });

  test('a git reference is judged by its commit and content, and adds nothing to the machine', async () => {
    const folder = writeTinyLibrary(temporaryFolder());
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { cwd: folder });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    const label = await labelOfLibrary(`${folder}#main`, () => {});
    const own = await homeWith(label);
    const { exit, stdout } = await cli(['gate', '--baseline', '9.0.0', '--candidate', `${folder}#main`], own);
    expect(stdout).toContain(`✓ promote: ${label} against 9.0.0\n`);
    expect(exit).toBe(0);
    expect(existsSync(join(own, 'library-locks'))).toBe(false);

    const unknown = await cli(['gate', '--baseline', '9.0.0', '--candidate', `${folder}#main`], home);
    expect(unknown.stderr).toMatch(
      /error: --candidate 0\.0\.7\+g\w+\.\w+: the store has no attempt of it; it has .*; --run makes the attempts/,
    );
    expect(unknown.exit).toBe(3);
  });
});

test('the same saved attempts and policy give the same bytes, without a store', async () => {
  const report = writeReport('report.json');
  const verdicts = await Promise.all(
    ['one.json', 'two.json'].map(async (name) => {
      const target = join(folder, name);
      const args = [
        'gate',
        '--baseline',
        '9.0.0',
        '--candidate',
        '9.0.1',
        '--attempts',
        report,
        '--reporter',
        `json=${target}`,
      ];
      expect((await cli(args)).exit).toBe(0);
      return readFileSync(target, 'utf8');
    }),
  );
  expect(verdicts[0]).toBe(verdicts[1]);
  const verdict = verdictSchema.parse(JSON.parse(verdicts[0] as string));
  expect(verdict.verdict).toBe('promote');
  expect(verdict.policy.name).toBe('default');
});

test('the reports of several shards are judged together', async () => {
  const [one, two] = [
    writeReport('shard-1.json', recorded.slice(0, 1)),
    writeReport('shard-2.json', recorded.slice(1)),
  ];
  const { exit, stdout } = await cli([
    'gate',
    '--baseline',
    '9.0.0',
    '--candidate',
    '9.0.1',
    '--attempts',
    `${one},${two}`,
  ]);
  expect(stdout).toContain('baseline 100 of 100, candidate 99 of 100');
  expect(exit).toBe(0);
});

test('a report that is given twice counts once', async () => {
  const [report, copy] = [writeReport('once.json'), join(folder, 'copy-of-once.json')];
  writeFileSync(copy, readFileSync(report));
  const { stdout } = await cli(['gate', ...versions, '--attempts', `${report},${copy}`]);
  expect(stdout).toContain('baseline 100 of 100, candidate 99 of 100');
});

test('a shard that is lost promotes nothing', async () => {
  const { exit, stdout } = await cli([
    'gate',
    ...versions,
    '--attempts',
    writeReport('a.json'),
    '--build',
    `${build},2.3000.7`,
  ]);
  expect(stdout).toContain('There is no attempt of either version with build 2.3000.7.');
  expect(exit).toBe(2);
});

test('JUnit and Markdown are written beside the list', async () => {
  const [junit, markdown] = [join(folder, 'v.xml'), join(folder, 'v.md')];
  await gate(['--baseline', '9.0.0', '--candidate', '9.0.2', '--reporter', `junit=${junit},markdown=${markdown}`]);
  expect(readFileSync(junit, 'utf8')).toMatch(
    /<testsuite name="gate: 9\.0\.2 against 9\.0\.0: block" tests="5" failures="5" errors="0"/,
  );
  expect(readFileSync(markdown, 'utf8')).toMatch(/^## ✗ block: whatsapp-web\.js 9\.0\.2 against 9\.0\.0\n/);
});

test('the HTML page of a verdict lists what failed, with causes and links to attempts in the report beside it', async () => {
  const target = join(folder, 'verdict');
  const report = writeReport('html.json');
  const { exit, stdout } = await cli([
    ...['gate', '--baseline', '9.0.0', '--candidate', '9.0.2', '--attempts', report],
    ...['--reporter', `list,html=${target},json=${join(target, 'verdict.json')}`],
  ]);
  expect(exit).toBe(1);
  const { cause } = failedAttempt();
  const place = `${cause?.libraryFile}:${cause?.libraryLine}`;
  expect(stdout).toContain(`candidate 6 × no-ready in phase ready: ${cause?.message} (${place})`);
  expect(stdout).toMatch(/\nblock \(exit code 1\)\n$/);
  const written = verdictSchema.parse(JSON.parse(readFileSync(join(target, 'verdict.json'), 'utf8')));
  const [failure] = written.flows.flatMap(({ cells }) => cells.flatMap(({ failures }) => failures)) as [Failure];
  expect(failure).toMatchObject({ arm: 'candidate', attempts: 6, code: 'no-ready', phase: 'ready' });
  const page = readFileSync(join(target, 'index.html'), 'utf8');
  const [link, hash] = (failure.link as string).split('#');
  expect(page).toContain(`<a href="${failure.link}">`);
  expect(page).not.toMatch(/<script|https?:/);
  expect(readFileSync(join(target, link as string), 'utf8')).toContain(failure.example);
  expect(`#${hash}`).toBe(cellHash(recorded[2]?.cell as Cell));
});

test('reports of the live site are not judged unless it is asked for, and the verdict says so', async () => {
  const live = recorded.map(({ cell, attempts }) => ({ cell: { ...cell, target: 'live' as const }, attempts }));
  const args = ['gate', ...versions, '--attempts', writeReport('live.json', live)];
  const { exit, stdout } = await cli(args);
  expect(stdout).toContain('There is no attempt of either version with target replica.');
  expect(exit).toBe(2);
  const judged = await cli([...args, '--target', 'live']);
  expect(judged.stdout).toContain('The live site claims plain breakage only.');
  expect(judged.exit).toBe(2);
});

test.each([
  ['a baseline that seldom works', ['--baseline-rate', '1'], 160],
  [
    'few looks',
    [
      '--baseline-rate',
      '50',
      '--policy',
      file('few.yaml', policy.replace(/looks: .*/, 'looks: [10]').replace(/marginPoints: 10/, 'marginPoints: 60')),
    ],
    10,
  ],
])('gate plan says so when no loss can be found because of %s', async (_what, args, cap) => {
  const { stdout } = await gate(['plan', ...args]);
  expect(stdout).toContain(
    `No loss is blocked with 80 % certainty by ${cap} attempts per arm: it takes more looks, or a baseline that works more often.`,
  );
});

test('gate plan says what is found when', async () => {
  const { exit, stdout } = await gate(['plan', '--baseline-rate', '95']);
  expect(stdout).toContain('A baseline that succeeds 95 % of the time, a margin of 10 points');
  expect(stdout).toMatch(/Blocked with 80 % certainty, attempts per arm: \d+ points by 10/);
  expect(exit).toBe(0);
});

/** Ten times ten times ten ... */
const aliasBomb = [
  'a: &a0 [x]',
  ...Array.from({ length: 9 }, (_, i) => `b${i}: &a${i + 1} [${`*a${i},`.repeat(10)}]`),
].join('\n');

const badInput: [what: string, args: () => string[], message: RegExp][] = [
  ['no candidate', () => ['--baseline', '9.0.0'], /gate needs --candidate VERSION, such as/],
  [
    'an unknown version',
    () => ['--baseline', '9.0.0', '--candidate', '9.9.9'],
    /--candidate 9\.9\.9: the store has no attempt of it; it has 9\.0\.0, 9\.0\.1, 9\.0\.2; --run makes/,
  ],
  [
    'a build that is none',
    () => [...versions, '--build', '3000.1'],
    /"3000\.1" is not a WhatsApp Web build number; it looks like 2\.3000\.1032534684/,
  ],
  [
    'a flow without attempts that does not exist',
    () => [...versions, '--flow', 'qr-to-redy'],
    /--flow qr-to-redy: there is no such flow; did you mean "qr-to-ready"\?/,
  ],
  ['no policy', () => [...versions, '--policy', join(folder, 'none.yaml')], /none\.yaml: there is no such file/],
  [
    'a margin of 0',
    () => [...versions, '--policy', file('zero.yaml', policy.replace('marginPoints: 10', 'marginPoints: 0'))],
    /zero\.yaml:16:17: success\.marginPoints: the margin is above 0 points/,
  ],
  [
    'a policy that can promote nothing',
    () => ['plan', '--policy', file('one.yaml', policy.replace(/looks: .*/, 'looks: [1]'))],
    /one\.yaml: success: nothing could ever be promoted: after 1 attempt per arm, the cap, .* give more looks/,
  ],
  [
    'a policy that can block nothing',
    () => [...versions, '--policy', file('meek.yaml', policy.replace('falseBlock: 0.01', 'falseBlock: 1e-300'))],
    /meek\.yaml: success: nothing could ever be blocked: after 160 attempts per arm, the cap, .* a higher falseBlock/,
  ],
  [
    'a policy of aliases that unfold for ever',
    () => [...versions, '--policy', file('bomb.yaml', aliasBomb)],
    /bomb\.yaml: .*alias/i,
  ],
  [
    'a wrong key',
    () => [...versions, '--policy', file('key.yaml', policy.replace('maxShare', 'maxShar'))],
    /key\.yaml:\d+:3: infra\.maxShar: unknown key, did you mean "maxShare"\?/,
  ],
  ['a file that is no report', () => [...versions, '--attempts', file('no.json', '{"cells": 1}')], /no\.json:1:\d+: /],
  [
    'a report with a time before its beginning',
    () => [...versions, '--attempts', writeReport('early.json', withFirst({ phases: { ready: -5000 } }))],
    /early\.json:1:\d+: cells\[0\]\.attempts\[0\]\.phases\.ready: Too small/,
  ],
  [
    'a report of a success that failed',
    () => [...versions, '--attempts', writeReport('both.json', withFirst({ code: 'session-lost', phase: 'ready' }))],
    /cells\[0\]\.attempts\[0\]\.phase: an attempt that passed has none: null\n.*\.code: an attempt that passed has none/,
  ],
  [
    'an empty list of reports',
    () => [...versions, '--attempts', ''],
    /option '--attempts <list>' argument '' is invalid\. A value is empty/,
  ],
  [
    'a report without a version',
    () => ['--baseline', '9.0.0', '--candidate', '9.9.9', '--attempts', writeReport('r.json')],
    /r\.json has no attempt of it; it has 9\.0\.0/,
  ],
  [
    'a run reporter',
    () => [...versions, '--reporter', 'blob=x'],
    /there is no reporter "blob"; there are list,json=FILE,junit=FILE,markdown=FILE,html=DIR/,
  ],
  ['a rate of 0', () => ['plan', '--baseline-rate', '0'], /It is in percent, a number from 1 to 100, such as 98/],
  ['a rate that is a share', () => ['plan', '--baseline-rate', '0.98'], /It is in percent, a number from 1 to 100/],
];

describe('bad input ends with code 3 and one message', () => {
  test.each(badInput)('%s', async (_what, args, message) => {
    const { exit, stdout, stderr } = await gate(args());
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(exit).toBe(3);
  });
});
