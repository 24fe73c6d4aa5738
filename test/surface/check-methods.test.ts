import { expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkMethods } from '../../src/surface/check-methods.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { toyPackage } from './toy-package.ts';

const newest = '2.3000.1044822804';

/** A client with one method, whose page code this is, and a message that leads to it. */
const library = (pageCode: string) =>
  indexLibrary(
    toyPackage({
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
      'src/Client.js': `class Client {
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
    }),
  );
const statuses = (pageCode: string, build = newest) =>
  Object.fromEntries(checkMethods(library(pageCode), resolveSurface(build)).map(({ name, status }) => [name, status]));
const check = (pageCode: string, name: string, build = newest) =>
  checkMethods(library(pageCode), resolveSurface(build)).find((method) => method.name === name);

test('methods are those of the type definitions; fields, events and the constructor are none', () => {
  expect(statuses('')).toEqual({
    'Client.act': 'works',
    'Client.wait': 'works',
    'Client.elsewhere': 'unknown',
    'Message.reply': 'works',
    'Message.star': 'unknown',
  });
});

test('a method without a name that it needs is broken, and so is one that leads to it', () => {
  const code = `window.require('WAWebBizGatingUtils').isThere();`;
  expect(statuses(code)).toMatchObject({ 'Client.act': 'broken', 'Message.reply': 'broken', 'Client.wait': 'works' });
  expect(check(code, 'Message.reply')).toMatchObject({
    why: expect.stringMatching(/^WAWebBizGatingUtils is missing\. .*not in the archive of 2\.3000\.1044822804/),
    at: { file: 'src/Client.js', line: 4 },
  });
});

test('a lazy module breaks a method, unless the library requests it or its name only stands in a guard', () => {
  const forward = `window.require('WAWebChatForwardMessage').forwardMessages();`;
  expect(check(forward, 'Client.act')).toMatchObject({
    status: 'broken',
    why: expect.stringContaining('The page loads WAWebChatForwardMessage only on request'),
  });
  const requested = `window.requireLazy(['WAWebChatForwardMessage'], () => { ${forward} }); ${forward}`;
  expect(check(requested, 'Client.act')?.status).toBe('works');
  expect(check(`try { ${forward} } catch {}`, 'Client.act')?.status).toBe('works');
});

test('the check without methods lists lazy modules too, with what they stop', () => {
  const { missing } = checkSurface(
    library(`window.require('WAWebGroupInviteJob').joinGroupViaInvite();`),
    resolveSurface(newest),
  );
  const lazy = missing.filter(({ kind }) => kind === 'lazy');
  expect(lazy).toMatchObject([{ name: 'WAWebGroupInviteJob', stops: 'methods', certain: true }]);
});

test('where a condition decides whether a missing name is reached, the method is not known', () => {
  const code = `if (window.x) window.require('WAWebBizGatingUtils').isThere();`;
  expect(check(code, 'Client.act')).toMatchObject({ status: 'unknown', why: expect.stringMatching(/^Perhaps /) });
});

test('a method that reads the text of a message key where the build does not keep it is not known', () => {
  const code = `const chat = window.x; return chat.lastReceivedKey._serialized;`;
  expect(check(code, 'Client.act')).toMatchObject({
    status: 'unknown',
    why: "Perhaps it fails: it reads _serialized of a message's id, and this build keeps that text in $1.",
  });
  expect(check(code, 'Client.act', '2.3000.1029241508')?.status).toBe('works');
  expect(check('', 'Message.star', '2.3000.1029241508')?.status).toBe('works');
});

test('on a build outside of the known range no method is reported to work', () => {
  expect(check('', 'Client.act', '2.3000.1099999999')).toMatchObject({
    status: 'unknown',
    why: 'Nothing is known of build 2.3000.1099999999.',
  });
});
