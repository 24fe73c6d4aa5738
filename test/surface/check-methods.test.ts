import { describe, expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkMethods } from '../../src/surface/check-methods.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { toyMethod, toyPackage } from './toy-package.ts';

const newest = '2.3000.1044822804';
/** A build of which most pages do not request further bundles after the login. */
const noPrefetch = '2.3000.1047483476';

const library = (pageCode: string) => indexLibrary(toyMethod(pageCode));
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
  expect(check(forward, 'Client.act', noPrefetch)).toMatchObject({
    status: 'broken',
    why: expect.stringContaining('The page loads WAWebChatForwardMessage only on request'),
  });
  const requested = `window.requireLazy(['WAWebChatForwardMessage'], () => { ${forward} }); ${forward}`;
  expect(check(requested, 'Client.act', noPrefetch)?.status).toBe('works');
  const loaded = `window.require('WAWebForwardMessageFlowLoadable').requireBundle(); ${forward}`;
  expect(check(loaded, 'Client.act', noPrefetch)?.status).toBe('works');
  expect(check(`try { ${forward} } catch {}`, 'Client.act', noPrefetch)?.status).toBe('works');
  expect(check(forward, 'Client.act')?.status).toBe('works');
});

test('a module that waits for another one breaks a method in the same way', () => {
  const code = `window.require('WAWebChatForwardMessage').forwardMessages();`;
  expect(check(code, 'Client.act', '2.3000.1049833609')?.why).toMatch(
    /WAWebChatForwardMessage waits for WAWebDualUploadsSendPolicy, which the page loads only on request, and the library does not request it, with WAWebForwardMessageFlowLoadable\.requireBundle\(\)\.$/,
  );
});

test('an error that is thrown again is not guarded, one that is swallowed is', () => {
  const code = `window.require('WAWebBizGatingUtils').isThere();`;
  expect(check(`try { ${code} } catch (error) { if (error.x) return; throw error; }`, 'Client.act')?.status).toBe(
    'broken',
  );
  expect(check(`try { ${code} } catch (error) { return false; }`, 'Client.act')?.status).toBe('works');
});

describe('arguments', () => {
  const group = (args: string) => `window.require('WAWebGroupModifyInfoJob').setGroupDescription(${args});`;
  const seen = (args: string) => `window.require('WAWebUpdateUnreadChatAction').sendSeen(${args});`;

  test('several values where the build takes one object break a method, with both forms in the reason', () => {
    expect(check(group('chat, text, id, old'), 'Client.act')).toMatchObject({
      status: 'broken',
      why: 'WAWebGroupModifyInfoJob.setGroupDescription takes one object {desc, groupWid, newDescId, prevDescId} (read on 2.3000.1044822804); the library passes 4 values.',
    });
    expect(check(group('chat, text, id, old'), 'Client.act', '2.3000.1038162681')?.status).toBe('works');
  });

  test.each([
    ['an object with the names', `{ groupWid: chat, desc: text }`],
    ['an object in a variable', `given`],
    ['an object with names that the source does not show', `{ ...window.x }`],
    ['a spread', `...window.x`],
  ])('%s fits', (_, args) => {
    const code = `const given = { groupWid: 1, desc: 2 }; ${group(args)}`;
    expect(check(code, 'Client.act')?.status).toBe('works');
  });

  test('an object without any of the names does not fit', () => {
    expect(check(group('{ chat, text }'), 'Client.act')?.status).toBe('broken');
  });

  test('an id does not fit where the names of an object are taken, and fits as a value', () => {
    const wid = `window.require('WAWebWidFactory').createWid('1@g.us')`;
    const update = `window.require('WAWebGroupQueryJob').queryAndUpdateGroupMetadataById(${wid});`;
    expect(check(update, 'Client.act', '2.3000.1024191873')).toMatchObject({
      status: 'broken',
      why: expect.stringMatching(/takes one object \{id, request, actionType\} .*; the library passes an id\.$/),
    });
    const exists = `window.require('WAWebQueryExistsJob').queryWidExists(${wid});`;
    expect(check(exists, 'Client.act', '2.3000.1038162681')?.status).toBe('works');
  });

  test('sendSeen takes a chat, and from 2.3000.1031992593 on an object with it', () => {
    const before = '2.3000.1029241508';
    const after = '2.3000.1032373751';
    expect(check(seen('chat'), 'Client.act', before)?.status).toBe('works');
    expect(check(seen('{ chat }'), 'Client.act', after)?.status).toBe('works');
    expect(check(seen('chat'), 'Client.act', after)?.why).toMatch(
      /^sendSeen of build 2\.3000\.1032373751 takes an object with the chat, since 2\.3000\.1031992593 .*; the library passes the chat\.$/,
    );
    expect(check(seen('{ chat }'), 'Client.act', before)?.status).toBe('broken');
  });
});

describe('members', () => {
  const cmd = (member: string) => `window.require('WAWebCmd').Cmd.${member}({});`;

  test('one that the build does not have breaks a method', () => {
    expect(check(cmd('openDrawerMid'), 'Client.act')).toMatchObject({
      status: 'broken',
      why: expect.stringMatching(/^WAWebCmd\.Cmd\.openDrawerMid is missing\./),
    });
  });

  test('one that it has, itself or inherited, does not', () => {
    expect(check(cmd('openChatAt'), 'Client.act')?.status).toBe('works');
    const inherited = `window.require('WAWebCollections').Msg.getModelsArray();`;
    expect(check(inherited, 'Client.act')?.status).toBe('works');
  });

  test('one of an object that was not read as a whole is not known', () => {
    const code = `window.require('WAWebCollections').Contact.noSuchMember();`;
    expect(check(code, 'Client.act', '2.3000.1032534684')).toMatchObject({
      status: 'unknown',
      why: 'The data does not say whether WAWebCollections.Contact.noSuchMember is there.',
    });
  });
});

test('the check without methods lists lazy modules too, with what they stop', () => {
  const { missing } = checkSurface(
    library(`window.require('WAWebGroupInviteJob').joinGroupViaInvite();`),
    resolveSurface(noPrefetch),
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

test('a method that needs a name which changed between two known builds is not known on a build in between', () => {
  const code = `window.require('WAWebApiContact').hasLidMapping();`;
  expect(check(code, 'Client.act', '2.3000.1029241508')).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(
      /^Perhaps WAWebApiContact\.hasLidMapping has changed\. .* after 2\.3000\.1024191873 and by 2\.3000\.1037151346/,
    ),
  });
});

test('a method works where another of the modules that may hold its name has it for sure', () => {
  const modules = (...names: string[]) => names.map((name) => `...window.require('${name}')`).join(', ');
  const code = (...names: string[]) => `window.U = { ${modules(...names)} }; window.U.findCC('1');`;
  const build = '2.3000.1029241508';
  expect(check(code('WAPhoneUtils', 'WAPhoneFindCC'), 'Client.act', build)?.status).toBe('works');
  expect(check(code('WAPhoneUtils'), 'Client.act', build)?.status).not.toBe('works');
});

test('a method with a known fault of the version itself is broken at its line, and a version that mended it is not', () => {
  const withPicture = (argument: string) =>
    indexLibrary(
      toyPackage({
        'index.d.ts': 'declare namespace WAWebJS { export class Client { getProfilePicUrl(): Promise<string> } }',
        'src/Client.js': `class Client extends Page {
    async getProfilePicUrl() {
        return this.pupPage.evaluate((chat) =>
            window.require('WAWebContactProfilePicThumbBridge').requestProfilePicFromServer(${argument}));
    }
}`,
      }),
    );
  const statusOf = (argument: string, build: string) =>
    checkMethods(withPicture(argument), resolveSurface(build)).map(({ status, at }) => [status, at?.line]);
  expect(statusOf('chat', '2.3000.1032534684')).toEqual([['broken', 4]]);
  expect(statusOf('chat', newest)).toEqual([['works', undefined]]);
  expect(statusOf('chat.id', '2.3000.1032534684')).toEqual([['works', undefined]]);
});

test('a method that perhaps misses a module says which of its exports it uses', () => {
  const code = `window.require('WAWebPhoneUtils').formattedPhoneNumber('1');`;
  expect(check(code, 'Client.act', '2.3000.1032534684')).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(
      /^Perhaps WAWebPhoneUtils is missing\..* It uses WAWebPhoneUtils\.formattedPhoneNumber\.$/,
    ),
  });
});
