/**
 * One instance of the service with light hosts and its HTTP face, for tests of upgrades: this file also runs in the folder of an older
 * version, so it uses nothing that one of them lacks. Arguments as JSON: database, folder, port of the replica. Prints JSON lines: its log, and
 * its address.
 */
import { createServer } from '../../src/service/http/server.ts';
import { Service } from '../../src/service/instance/service.ts';
import { lightHosts } from '../support/light-host.ts';

const { database, folder, port } = JSON.parse(process.argv[2] ?? '{}');
const say = (line: object) => process.stdout.write(`${JSON.stringify({ ...line, at: Date.now() })}\n`);

let end = async () => {};
const service = await Service.start(
  {
    database,
    folder,
    library: '1.34.7',
    slots: 4,
    sealKeys: [Buffer.alloc(32, 7)],
    allowPrivateWebhooks: true,
    openHost: lightHosts({ port }),
    log: say,
  },
  async (starting) => {
    const onTrouble = (_: string, problem: Error) => console.error(problem.cause ?? problem);
    const app = createServer({ service: starting, version: '0.0.0', open: true, onTrouble });
    end = () => app.close();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    say({ event: 'listening', url });
    return url;
  },
);
process.once('SIGTERM', () => void service.stop(end));
