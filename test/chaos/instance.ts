/**
 * One instance of the service with light hosts, for tests that kill it. Arguments as JSON: port of the replica, launchMs, pingMs, and
 * options of the service. Prints JSON lines: its id, launches, conflicts, and at its end the 99th percentile of its event loop delay.
 */
import { Service } from '../../src/service/instance/service.ts';
import { lightHostsInThread } from '../support/light-hosts-in-thread.ts';
import { measureLoopDelay } from './loop-delay.ts';

const { port, launchMs, pingMs, ...options } = JSON.parse(process.argv[2] ?? '{}');
const say = (line: object) => process.stdout.write(`${JSON.stringify({ ...line, at: Date.now() })}\n`);
const light = lightHostsInThread({ port, launchMs, pingMs, onLaunch: (what) => say({ event: `launch-${what}` }) });

const service = await Service.start({
  library: '1.34.7',
  sealKeys: [Buffer.alloc(32, 7)],
  ...options,
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
const delay = measureLoopDelay();
process.once('SIGTERM', () => {
  say(delay());
  void service.stop();
});
