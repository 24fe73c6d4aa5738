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
    'src/Client.js': `class Client extends Page {
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

/** A client with one method, `act`, whose page code this is, and a message that leads to it. */
export function toyMethod(pageCode: string): string {
  return toyPackage({
    'index.d.ts': `declare namespace WAWebJS {
  export class Client extends EventEmitter {
    constructor(options: object);
    info: string;
    on(event: string): this;
    act(): Promise<void>;
    wait: () => Promise<void>;
    elsewhere(): void;
  }
  export interface Message { id: string; reply: (text: string) => Promise<void>; star(): void }
}
export = WAWebJS;`,
    'src/Client.js': `class Client extends Page {
    act() {
        return this.pupPage.evaluate(() => {
${pageCode}
        });
    }
    async wait() {}
}
module.exports = Client;
`,
    'src/structures/Message.js': `class Message extends Base {
    reply(text) { return this.client.act(text); }
    star() { return this.client.pupPage.evaluate((id) => { window.require('WAWebCollections').Msg.get(id); }, this.id._serialized); }
}
module.exports = Message;
`,
  });
}
