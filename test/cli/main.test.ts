import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const folder = temporaryFolder();
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const goodPlan = readFileSync('compat-matrix/rollout-plan.yaml', 'utf8');
const goodPolicy = readFileSync('compat-matrix/policy.yaml', 'utf8');

/** Each of these ends with exit code 3 and one message that names what is wrong and what is right. */
const badInput: [what: string, args: string[], message: RegExp][] = [
  ['an unknown command', ['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
  ['a command that every object has', ['toString'], /unknown command 'toString'/],
  ['an unknown option', ['run', '--libary', '1.34.2'], /unknown option '--libary'\n\(Did you mean --library\?\)/],
  ['a superfluous argument', ['run', '1.34.2'], /too many arguments/],
  ['a bad number', ['run', '--repeat', 'two'], /'--repeat <n>' argument 'two' is invalid\. .* whole number from 1/],
  [
    'a bad target',
    ['run', '--target', 'moon'],
    /'--target <target>' argument 'moon' is invalid\. Allowed are replica and live\./,
  ],
  ['a bad shard', ['run', '--shard', '5/4'], /--shard 5\/4: it has to be I\/N/],
  ['a bad build', ['run', '--build', '2.3000'], /--build: "2\.3000" is not a WhatsApp Web build number; it looks like/],
  ['a bad version', ['run', '--library', '1.34.x'], /--library: .*1\.34\.x/],
  ['an unknown condition', ['run', '--condition', 'rain'], /--condition rain: there is no such condition/],
  ['the live target', ['run', '--target', 'live'], /--target live: /],
  ['an unknown reporter', ['run', '--reporter', 'xml'], /--reporter: there is no reporter "xml"/],
  ['a reporter without its file', ['run', '--reporter', 'json'], /--reporter: json needs a target: json=FILE/],
  [
    'a text that no cell has',
    ['run', '--grep', 'moon'],
    /--grep moon: no cell of the plan has this in its name, such as/,
  ],
  ['a library name that is none', ['run', '--library', 'my fork=.'], /the name "my fork" may have up to 32 letters/],
  ['a diff with no run', ['report', 'diff', 'moon', 'last'], /"moon" is neither a JSON report nor a run of the store/],
  ['a library that is not here', ['library', 'remove', '9.9.9'], /library "9\.9\.9" is not known here; there are/],
  ['the last failed cells of no run', ['run', '--last-failed'], /--last-failed: there is no run in the store yet/],
  [
    'the last failed cells of a matrix',
    ['run', '--last-failed', '--config', 'm.yaml'],
    /--last-failed repeats cells of the last run, and --config names others/,
  ],
  ['a missing matrix', ['run', '--config', join(folder, 'none.yaml')], /none\.yaml: there is no such file/],
  [
    'a wrong key in a matrix',
    ['run', '--config', file('wrong.yaml', 'schemaVersion: 1\nblocks:\n  - libary: [1.34.2]\n    build: [2.3000.1]\n')],
    /wrong\.yaml:3:5: blocks\[0\]\.libary: unknown key, did you mean "library"\?/,
  ],
  [
    'a wrong key in a rollout plan',
    ['serve', '--rollout-plan', file('plan.yaml', `${goodPlan}belowBond: hold\n`)],
    /plan\.yaml:\d+:1: belowBond: unknown key, did you mean "belowBand"\?/,
  ],
  [
    'steps of a rollout plan that go back',
    ['serve', '--rollout-plan', file('steps.yaml', goodPlan.replace('percent: 25', 'percent: 3'))],
    /steps\.yaml:\d+:\d+: steps: steps go from few to more accounts, and the last one is 100 percent/,
  ],
  [
    'a missing rollout plan',
    ['exporter', '--rollout-plan', join(folder, 'no.yaml')],
    /no\.yaml: there is no such file/,
  ],
  [
    'a database of the exporter that is not there',
    ['exporter', '--database', `sqlite:${join(folder, 'none', 'store.sqlite')}`],
    /--database sqlite:\S+store\.sqlite: there is no such file; name the one that `serve` works on/,
  ],
  [
    'a queue of the exporter that is none',
    ['exporter', '--queue', 'http://x'],
    /--queue http:\/\/x: it has to be redis:/,
  ],
  [
    'a queue with a password, which is not shown',
    ['worker', '--queue', 'http://me:secret@x'],
    /^error: --queue http:\/\/x: it has to be redis:/,
  ],
  [
    'a host that is none',
    ['exporter', '--port', '0', '--host', '999.1.1.1'],
    /--host 999\.1\.1\.1: this machine has no such/,
  ],
  [
    'a wrong value in the policy of the service',
    ['serve', '--policy', file('policy.yaml', goodPolicy.replace('marginPoints: 10', 'marginPoints: 0'))],
    /policy\.yaml:\d+:\d+: success\.marginPoints: the margin is above 0 points/,
  ],
  [
    'an option that stands before the subcommand',
    ['gate', '--policy', 'strict.yaml', 'plan'],
    /option '--policy <file>' stands before 'plan', which does not read it/,
  ],
  ['the policy of gate plan', ['gate', 'plan', '--policy', 'none.yaml'], /none\.yaml: there is no such file/],
  ['the policy of gate selftest', ['gate', 'selftest', '--policy', 'none.yaml'], /none\.yaml: there is no such file/],
  ['the database of a new key', ['serve', 'add-key', 'bot', '--database', 'x'], /the database address must look like/],
  ['a key without a name', ['serve', 'add-key', ''], /argument 'name'\. It has to be 1 to 200 characters/],
  ['a bad time', ['serve', '--judge-every', '2s'], /'--judge-every <time>' argument '2s' is invalid\. .* at least 5 s/],
  ['a missing blob', ['report', 'merge', join(folder, 'none.blob')], /none\.blob: there is no such file/],
  [
    'an output that cannot be written',
    ['run', '--reporter', 'junit=/proc/nope/x.xml'],
    /junit=\/proc\/nope\/x\.xml: it cannot/,
  ],
  ['no report to show', ['report', 'show'], /there is no HTML report yet; `wwebjs-canary run/],
];

describe.concurrent('bad input ends with code 3 and one message', () => {
  test.each(badInput)('%s', async (_what, args, message) => {
    const home = temporaryFolder();
    const { exit, stdout, stderr } = await cli(args, home);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(exit).toBe(3);
    expect(existsSync(join(home, 'browsers')), 'no browser was fetched').toBe(false);
  });
});

test('a gate that makes no attempts needs no fleet, though the environment names one', async () => {
  vi.stubEnv('WWEBJS_CANARY_QUEUE', 'redis://127.0.0.1:1');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { stderr } = await cli(['gate', '--baseline', '1.33.2', '--candidate', '1.34.2']);
  expect(stderr).toMatch(/^error: --baseline 1\.33\.2: the store has no attempt of it/);
});

test('a home that cannot be written is trouble of the machine: code 4, and it is named', async () => {
  const home = file('a-file', '');
  const { exit, stderr } = await cli(['db', 'migrate'], home);
  expect(stderr).toMatch(/^error: store .*a-file.*set WWEBJS_CANARY_HOME to a folder that can be written\n$/);
  expect(exit).toBe(4);
});

test('db migrate makes the store and says so', async () => {
  const home = temporaryFolder();
  const { exit, stdout } = await cli(['db', 'migrate'], home);
  expect(stdout).toContain('ran 0001-runs-and-attempts.sql');
  expect(exit).toBe(0);
  expect(existsSync(join(home, 'store.sqlite'))).toBe(true);
});

test('a key for a try-out is made wherever --replica stands, in the store of try-outs', async () => {
  const home = temporaryFolder();
  const made = [
    await cli(['serve', 'add-key', '--replica', 'bot'], home),
    await cli(['serve', 'add-key', 'b', '--replica'], home),
  ];
  expect(made).toEqual(made.map(() => ({ exit: 0, stdout: expect.stringMatching(/^wwc_\w+\n$/), stderr: '' })));
  expect(existsSync(join(home, 'replica-store.sqlite'))).toBe(true);
});

test('help shows the time that an option has by default as one types it', async () => {
  for (const [command, shown] of [
    ['watch', '--every <time>: 15m'],
    ['serve', '--judge-every <time>: 1m'],
  ] as const) {
    const { stdout } = await cli([command, '--help']);
    const options = stdout.split(/\n {2}(?=-)/).filter((text) => /^--\S+ <time>/.test(text));
    const defaults = options.map((text) => text.replace(/^(--\S+ <time>).*?\(default:\s+(.*?)\).*$/s, '$1: $2'));
    expect(defaults).toContain(shown);
  }
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect((await cli(['--version'])).stdout.trim()).toBe(version);
});
