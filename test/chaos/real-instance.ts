/**
 * One instance of the service with real libraries and browsers, for tests that kill it. Arguments as JSON: database, folder,
 * slots, browserArgs. Prints the lines of its log.
 */
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { Service } from '../../src/service/instance/service.ts';
import { LibraryHosts } from '../../src/service/sessions/library-host.ts';

const { database, folder, slots, browserArgs } = JSON.parse(process.argv[2] ?? '{}');
const service = await Service.start({
  database,
  folder,
  library: '1.34.7',
  sealKeys: [Buffer.alloc(32, 7)],
  slots,
  log: (line) => console.log(JSON.stringify({ ...line, at: Date.now() })),
  openHost: new LibraryHosts({ browser: await ensureBrowser('current', () => {}), browserArgs }).open,
});
process.once('SIGTERM', () => void service.stop());
