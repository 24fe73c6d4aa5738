/**
 * Which folder of `src` may import which; every folder has a row, and the row of a folder inside another one replaces that of the
 * outer one. A folder imports its own files without being listed. `may` lists folders, single files, and `folder/*` for the files
 * of a folder without those of the folders in it.
 */
export const importRules: Record<string, { may: readonly string[]; because: string }> = {
  codes: { may: [], because: 'one table of words: shapes, pages and both drivers of a session take theirs from it' },
  contracts: { may: ['codes'], because: 'shapes depend on nothing but the words in them' },
  'host/child': { may: ['contracts'], because: 'the process with third-party code in it stays small and starts fast' },
  host: { may: ['contracts'], because: 'a session knows nothing of runs, attempts or accounts' },
  gate: { may: ['contracts', 'words'], because: 'a verdict is a pure function of recorded attempts' },
  'replica/page': { may: ['contracts'], because: 'it runs in the browser; of the contracts it takes types only' },
  blobs: {
    may: ['contracts'],
    because: 'bytes under names, in a folder or in S3; evidence is packed, not interpreted',
  },
  bundle: { may: [], because: 'it knows browser code by its path only' },
  replica: { may: ['bundle', 'contracts'], because: 'the stand-in knows builds and nothing of libraries' },
  install: { may: ['contracts'], because: 'making a folder whole knows nothing of what is in it' },
  library: { may: ['contracts', 'install'], because: 'installing knows nothing of runs' },
  browser: { may: ['contracts', 'install'], because: 'finding a browser knows nothing of runs' },
  surface: { may: ['contracts', 'replica/builds'], because: 'analysis needs sources and build facts only' },
  'surface/page/in-page': {
    may: ['contracts'],
    because: 'it runs in the browser; of the contracts it takes types only',
  },
  'surface/page': {
    may: ['bundle', 'contracts', 'surface/page/in-page'],
    because: 'it runs a page and says what it shows; the capture makes of it what it can',
  },
  'store/database': { may: ['contracts'], because: 'a database knows nothing of what is kept in it' },
  store: { may: ['contracts', 'store/database'], because: 'records are kept, not interpreted' },
  telemetry: { may: ['contracts'], because: 'a span knows nothing of what it is about' },
  metrics: {
    may: ['codes', 'contracts'],
    because: 'the definition of a metric is independent of what counts it',
  },
  exporter: {
    may: [
      'contracts',
      'metrics',
      'store',
      'service/tables.ts',
      'service/accounts/link-success.ts',
      'service/accounts/lost-logins.ts',
      'live',
      'replica/builds/build-dates.ts',
    ],
    because:
      'figures come from the store, with any writer; of the service it knows the tables and two questions to them, of WhatsApp Web a date',
  },
  watch: { may: ['contracts', 'store'], because: 'a schedule and its notifications know nothing of how a run is made' },
  'watch/builds': {
    may: ['contracts', 'install', 'replica/builds', 'store', 'surface', 'watch/*', 'words'],
    because: 'a new build is read, compared and put into words here; how attempts are made is left to the command line',
  },
  words: { may: ['contracts'], because: 'a cell or a duration reads the same in a terminal and in a browser' },
  web: {
    may: ['bundle', 'codes', 'contracts', 'words'],
    because: 'its code runs in the browser, where there is no store to read from',
  },
  report: {
    may: ['blobs', 'codes', 'contracts', 'store', 'web', 'words', 'gate/statistics', 'replica/builds/build-dates.ts'],
    because:
      'showing is separate from measuring and judging; its statistics are those of the gate, and the date of a build is a fact',
  },
  session: {
    may: ['codes', 'contracts'],
    because: 'what an event means is a pure function: neither a clock, nor a process, nor one of its two drivers',
  },
  cause: {
    may: ['codes', 'contracts', 'replica/builds', 'surface', 'words'],
    because:
      'canaries and the service explain an error of the library in the same way: by its source and what the build offers',
  },
  runner: {
    may: ['cause', 'codes', 'contracts', 'session', 'library', 'browser', 'host', 'replica', 'surface'],
    because: 'measuring is separate from judging and showing, and from the service',
  },
  'service/claims': {
    may: ['store/database'],
    because: 'how one of many instances takes due work is the same for all kinds of work',
  },
  'service/leases': {
    may: ['codes', 'contracts', 'store/database', 'service/*', 'service/claims'],
    because: 'who may run and write what lies below everything that runs and writes',
  },
  'service/accounts': {
    may: ['codes', 'contracts', 'store/database', 'service/*', 'service/claims', 'service/leases', 'report/history'],
    because: 'accounts are written under a lease, and know nothing of the processes that run them',
  },
  'service/profiles': {
    may: ['blobs', 'codes', 'contracts', 'service/*', 'service/leases'],
    because: 'a profile is bytes that the holder of a lease reads and writes',
  },
  'service/sessions': {
    may: [
      ...['codes', 'contracts', 'session', 'store/database', 'library', 'browser', 'host', 'telemetry'],
      ...['service/*', 'service/claims', 'service/leases', 'service/accounts', 'service/profiles'],
    ],
    because:
      'it runs sessions through the same host as the canaries; of rollouts it knows the interface that it declares',
  },
  'service/rollouts': {
    may: [
      ...['codes', 'contracts', 'store/database', 'gate'],
      ...['service/*', 'service/claims', 'service/leases', 'service/accounts'],
      'service/sessions/session-rollout.ts',
    ],
    because: 'it judges what sessions wrote down, and starts none itself',
  },
  'service/webhooks': {
    may: ['codes', 'contracts', 'telemetry', 'service/*', 'service/claims'],
    because: 'a delivery is a row and a request; sessions write the row',
  },
  'service/events': {
    may: ['contracts', 'store/database', 'service/*', 'service/webhooks'],
    because: 'sessions report events, streams and webhooks read them; between them are rows',
  },
  'service/calls': {
    may: [
      ...['cause/explain-call.ts', 'contracts', 'surface/extract/type-definitions.ts'],
      ...['service/*', 'service/sessions', 'service/webhooks'],
    ],
    because:
      'a call is checked against the type definitions of a version and done by a session; its downloads are guarded as webhooks are',
  },
  'service/instance': {
    may: [
      ...[
        'codes',
        'contracts',
        'store/database',
        'metrics',
        'telemetry',
        'service/*',
        'service/leases',
        'service/accounts',
      ],
      ...[
        'service/calls',
        'service/events',
        'service/profiles',
        'service/sessions',
        'service/rollouts',
        'service/webhooks',
      ],
    ],
    because: 'it puts the rooms of one instance together, and works without a port',
  },
  'service/http': {
    may: ['codes', 'contracts', 'store/database', 'report/history', 'telemetry', 'web', 'service'],
    because: 'it is the face of an instance; only the command line imports it',
  },
  service: {
    may: ['codes', 'contracts', 'store/database'],
    because: 'tables, identifiers and problems lie below the rooms that use them',
  },
  study: {
    may: [
      ...['codes', 'contracts', 'session', 'gate/statistics', 'store/database'],
      ...['service/*', 'service/leases', 'service/accounts', 'service/sessions'],
    ],
    because: 'it replays people over the real service and draws from recorded attempts; it runs none',
  },
  live: {
    may: [
      ...['browser/probe-browser.ts', 'codes', 'contracts', 'install', 'runner', 'service/*', 'service/profiles'],
      'store/database',
    ],
    because:
      'it gives the runner the accounts of a pool, and asks a browser what it is; profiles and seals are those of the service, of whose accounts it knows nothing',
  },
  runs: {
    may: ['browser', 'contracts', 'library', 'replica/builds', 'report', 'runner', 'store', 'words'],
    because:
      'a run is a plan that the runner executes into the store and the reports, on builds that it may name as captures; it knows nothing of a command line',
  },
  queue: {
    may: ['blobs', 'browser', 'codes', 'contracts', 'library', 'replica/builds', 'runner', 'words'],
    because:
      'workers make attempts as this machine does, on the facts about builds of the run; records are kept and judged where the run was started',
  },
  verdicts: {
    may: [
      ...['browser', 'contracts', 'gate', 'library', 'live/live-policy.ts', 'replica/builds', 'report', 'runner'],
      ...['runs', 'store', 'words'],
    ],
    because:
      'a verdict is collected from the store or made by attempts, then judged by the gate; it knows no command line',
  },
  nightly: {
    may: [
      ...['browser', 'contracts', 'library', 'replica/builds', 'report', 'runner', 'runs', 'store', 'surface'],
      ...['verdicts', 'watch', 'words'],
    ],
    because:
      'a night puts check, run, verdicts and notification in a row; it knows no command line and no live account',
  },
  testing: {
    may: ['browser', 'contracts', 'replica'],
    because: 'tests of an application need a browser, the replica and its phones, and nothing that attempts or judges',
  },
  'jest.ts': { may: ['testing'], because: 'it is a fixture for one test runner' },
  'playwright.ts': { may: ['testing'], because: 'it is a fixture for one test runner' },
  'vitest.ts': { may: ['testing'], because: 'it is a fixture for one test runner' },
  'index.ts': {
    may: ['contracts', 'runner/flow.ts', 'runs', 'testing', 'verdicts'],
    because: 'it is what other programs import; what runs or replicates is loaded when it is called',
  },
  cli: {
    may: [
      ...[
        'blobs',
        'browser',
        'contracts',
        'exporter',
        'gate',
        'host/child/live-watch.ts',
        'host/child/watch-page.ts',
        'install',
        'library',
        'live',
        'metrics',
        'nightly',
        'queue',
        'replica',
        'report',
      ],
      ...['runner', 'runs', 'service', 'store', 'study', 'surface', 'telemetry', 'verdicts', 'watch', 'words'],
    ],
    because: 'commands put the folders together; nothing imports commands',
  },
};
