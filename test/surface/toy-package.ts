import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';

/** A folder that looks like whatsapp-web.js 0.0.1 and has the given files. */
export function toyPackage(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'node_modules', 'whatsapp-web.js');
  const all = { 'package.json': JSON.stringify({ name: 'whatsapp-web.js', version: '0.0.1' }), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A client of one page function, which runs on the way to `ready`. */
export function toyClient(pageCode: string, more: Record<string, string> = {}): string {
  return toyPackage({
    'src/Client.js': `class Client {
    async initialize() {
        await this.pupPage.exposeFunction('onQr', (qr) => { this.emit(Events.QR_RECEIVED, qr); });
        await this.pupPage.evaluate(() => { window.onQr('qr'); });
        this.emit(Events.AUTHENTICATED);
        await this.pupPage.evaluate(() => {
${pageCode}
        });
        this.emit(Events.READY);
    }
}
module.exports = Client;
`,
    ...more,
  });
}
