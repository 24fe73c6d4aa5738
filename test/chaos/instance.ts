/**
 * One instance of the service with light hosts, for tests that kill it. Arguments as JSON: database, folder, port of the
 * replica, slots, launchMs, and for rollouts rolloutRules, judgeEveryMs. Prints JSON lines: its id, launches, conflicts, and at its end
 * the 99th percentile of its event loop delay.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Service } from '../../src/service/instance/service.ts';
import { lightHosts } from '../support/light-host.ts';

const { database, folder, port, slots, launchMs, ...ofRollouts } = JSON.parse(process.argv[2] ?? '{}');
const say = (line: object) => process.stdout.write(`${JSON.stringify({ ...line, at: Date.now() })}\n`);
const light = lightHosts({ port, launchMs, onLaunch: (what) => say({ event: `launch-${what}` }) });

const service = await Service.start({
  database,
  folder,
  library: '1.34.7',
  sealKeys: [Buffer.alloc(32, 7)],
  slots,
  ...ofRollouts,
  log: (line) => say(line),
  openHost: (spec) =>
    light({
      ...spec,
      onSeen: (event) => {
        if (String(event.detail) === 'CONFLICT') say({ event: 'conflict', session: spec.lease.ids.session });
        spec.onSeen(event);
      },
    }),
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.once('SIGTERM', () => {
  say({ event: 'loop-delay', p99Ms: delay.percentile(99) / 1e6 });
  void service.stop();
});
