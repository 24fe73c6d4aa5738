import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jpeg } from '../../../canaries/methods/media-files.ts';
import { writeChromeWrapper } from '../../../src/browser/chrome-wrapper.ts';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import type { PhoneMessage } from '../../../src/contracts/phone-control.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import type { SentMessage } from '../../../src/replica/phone/phone.ts';
import { startTestReplica, type TestPhone, type TestReplica } from '../../../src/testing/start-test-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const ada = '12025550101';
const ben = '12025550102';
const cleo = '12025550103';
const chatId = `${ada}@c.us`;
const mentionedGroup = '120363000000000001@g.us';
const onlyInGroups = 'This command can only be used in a group!';

/** What a user of the example fills in. */
const blanks: readonly [blank: string | RegExp, value: string][] = [
  ["'./index'", "'whatsapp-web.js'"],
  ['XXXXXXXXXX', ben],
  [/[YZ]{10}@g\.us/g, mentionedGroup],
  [/number[12]?@c\.us/g, `${ben}@c.us`],
  ['number3@c.us', `${cleo}@c.us`],
  ["'chatId'", `'${chatId}'`],
];

interface ProgramSource {
  /** @param packageDir folder of the library. */
  file(packageDir: string): string;
  show: string;
}

/** `example.js` with its blanks filled in. */
const example: ProgramSource = {
  file(packageDir) {
    const source = readFileSync(join(packageDir, 'example.js'), 'utf8');
    return blanks.reduce((text, [blank, value]) => text.replaceAll(blank, value), source);
  },
  show: 'READY',
};

/** The first program of the README. */
const readme: ProgramSource = {
  file(packageDir) {
    const source = /```js\n([\s\S]*?)```/.exec(readFileSync(join(packageDir, 'README.md'), 'utf8'))?.[1];
    if (!source) throw new Error('the README has no program');
    return source;
  },
  show: 'Client is ready!',
};

/** A program that comes with a library version, linked to the only phone of a replica. */
class LibraryProgram implements AsyncDisposable {
  readonly replica: TestReplica;
  readonly phone: TestPhone;
  /** Its commands, e.g. `!ping`. */
  readonly commands: ReadonlySet<string>;
  /** Commands that were sent to it. */
  readonly said = new Set<string>();
  /** What the program wrote, with its warnings. */
  output = '';
  readonly #child: ChildProcess;

  private constructor(
    replica: TestReplica,
    phone: TestPhone,
    { source, child }: { source: string; child: ChildProcess },
  ) {
    this.replica = replica;
    this.phone = phone;
    this.commands = new Set(
      [...source.matchAll(/'(![a-zA-Z]+(?: [a-z]+)?) ?'/g)].map(([, command]) => command as string),
    );
    this.#child = child;
    const scanned = new Set<string>();
    const hear = (data: Buffer) => {
      this.output += data;
      const qr = /QR RECEIVED (\S+)\n/.exec(this.output)?.[1];
      if (!qr || scanned.has(qr)) return;
      scanned.add(qr);
      void phone.scan(qr);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  /** @param show what the program prints when it is ready. */
  static async start(version: string, build: string, { file, show }: ProgramSource): Promise<LibraryProgram> {
    const replica = await startTestReplica({ build });
    // Labels are for WhatsApp Business.
    const phone = replica.addPhone('13125550109', 'smba');
    const folder = temporaryFolder();
    const { packageDir } = await ensureLibrary(version, console.log);
    const source = file(packageDir);
    writeFileSync(join(folder, 'program.js'), source);
    // What some programs draw their QR code with.
    mkdirSync(join(folder, 'node_modules/qrcode-terminal'), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules/qrcode-terminal/index.js'),
      "exports.generate = (qr) => console.log('QR RECEIVED', qr);",
    );
    const wrapper = join(folder, 'chrome');
    // The example opens a window.
    writeChromeWrapper(wrapper, await ensureBrowser('current', console.log), [...replica.chromiumArgs, '--headless']);
    const child = spawn(process.execPath, ['--unhandled-rejections=warn', 'program.js'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TMPDIR: folder,
        NODE_PATH: join(packageDir, '..'),
        PUPPETEER_EXECUTABLE_PATH: wrapper,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new LibraryProgram(replica, phone, { source, child });
    try {
      await vi.waitFor(() => expect(program.output).toContain(show), { timeout: 40_000 });
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
    return program;
  }

  /** Sends a text from a contact. @returns the text, and the next messages of the program in the order in which they come. */
  say(
    body: string,
    options: Parameters<TestPhone['send']>[1] = {},
  ): { question: SentMessage; next: () => Promise<PhoneMessage> } {
    return this.hearing(() => this.phone.send(body, options));
  }

  hearing(send: () => SentMessage): { question: SentMessage; next: () => Promise<PhoneMessage> } {
    let last = this.phone.messages().at(-1);
    const question = send();
    const { body } = question;
    for (const command of this.commands) if (body === command || body.startsWith(`${command} `)) this.said.add(command);
    const next = async () => {
      // The example of 1.24.0 pins each message that is no command.
      last = await this.phone.received(({ content }) => content.kind !== 'pin', {
        ...(last && { after: last }),
        timeoutMs: 15_000,
      });
      return last;
    };
    return { question, next };
  }

  /** What was rejected and not handled: each text once, sorted. */
  rejections(): string[] {
    const texts = this.output.matchAll(
      /UnhandledPromiseRejectionWarning: (?:Error: Evaluation failed: )?(?:\w*Error: )?(.*)/g,
    );
    const all = new Set([...texts].map(([, text]) => text ?? ''));
    return [...all].filter((text) => !text.startsWith('Unhandled promise rejection.')).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await exited;
    await this.replica.close();
  }
}

/** What the example lets reject on every build. */
const alwaysRejected = [
  // From a phone of WhatsApp Business the library sends neither buttons nor lists.
  "[LT01] Whatsapp business can't send this yet",
  'client.approveGroupMembershipRequestss is not a function',
];
/** Versions whose unpin() gives the duration without which none is sent, or does not need one. */
const unpins = ['1.24.0', '1.25.0', '1.34.7'];

/** The versions of the matrix, each on a build on which it works; `groupsFail`: what fails in groups there. */
const pairs: readonly { version: string; build: string; groupsFail?: string }[] = [
  { version: '1.24.0', build: '2.2412.54' },
  { version: '1.25.0', build: '2.3000.1014111620' },
  // wwebjs/whatsapp-web.js#3780
  {
    version: '1.33.2',
    build: '2.3000.1029241508',
    groupsFail: 'window.Store.WidFactory.toUserWidOrThrow is not a function',
  },
  { version: '1.34.2', build: '2.3000.1029241508' },
  { version: '1.34.7', build: '2.3000.1032534684' },
];

describe.each(pairs)('the example program of $version on $build', ({ version, build, groupsFail }) => {
  let program: LibraryProgram;
  beforeAll(async () => {
    program = await LibraryProgram.start(version, build, example);
  });
  afterAll(() => program?.[Symbol.asyncDispose]());

  /** Whether this version of the program has the command. */
  const has = (command: string) => program.commands.has(command.split(' ')[0] ?? '');
  const text = async (command: string, answer: string | RegExp, options = {}) => {
    const { question, next } = program.say(command, options);
    const { body, quoted } = await next();
    typeof answer === 'string' ? expect(body).toBe(answer) : expect(body).toMatch(answer);
    return { question, quoted };
  };

  test.each([
    ['!ping', 'pong'],
    ['!echo héllo 👋', 'héllo 👋'],
    ['!subject A', onlyInGroups],
    ['!desc B', onlyInGroups],
    ['!leave', onlyInGroups],
    ['!groupinfo', onlyInGroups],
    ['!join nonsense', 'That invite code seems to be invalid.'],
    ['!chats', /^The bot has \d+ chats open\.$/],
    ['!info', /My number: 13125550109/],
    ['!preview no link in here', 'no link in here'],
    ['!syncHistory', /^(Historical chat is syncing\.\.|There is no historical chat to sync\.)$/],
    ['!howManyConnections', /^You have \*\d\* devices connected$/],
  ])('%s is answered', async (command, answer) => {
    if (has(command)) await text(command, answer);
  });

  test('!ping reply is answered with a quote', async () => {
    const { question, quoted } = await text('!ping reply', 'pong');
    expect(quoted).toBe(question.id);
  });

  test('!sendto writes to another person', async () => {
    const { next } = program.say(`!sendto ${ben} hi there`);
    expect(await next()).toMatchObject({ to: ben, body: ' hi there' });
  });

  test('!mediainfo, !resendmedia, !isviewonce and !sendMediaHD load the file', async () => {
    const { question, next } = program.hearing(() =>
      program.phone.sendMedia(jpeg, { mimetype: 'image/jpeg', caption: '!mediainfo' }),
    );
    const { body } = await next();
    expect(body).toContain('MimeType: image/jpeg');
    expect(body).toContain(`Data (length): ${jpeg.toString('base64').length}`);

    const again = await program.say('!resendmedia', { quoted: question.id }).next();
    expect(again.body).toBe("Here's your requested media.");
    expect(Buffer.from(program.phone.media(again).bytes)).toEqual(jpeg);

    const viewOnce = await program.say('!isviewonce', { quoted: question.id }).next();
    expect(viewOnce.content).toMatchObject({ kind: 'image', viewOnce: true });
    if (!has('!sendMediaHD')) return;
    const large = await program.say('!sendMediaHD', { quoted: question.id }).next();
    expect(large.content).toMatchObject({ kind: 'image' });
  });

  test('!quoteinfo tells of the message that is quoted', async () => {
    const { id } = program.phone.send('a text');
    await text('!quoteinfo', new RegExp(`ID: false_${chatId}_${id}\\s+Type: chat`), { quoted: id });
  });

  test('!location sends places, and a place comes back', async () => {
    const { next } = program.say('!location');
    expect((await next()).content).toMatchObject({ kind: 'location', latitude: 37.422, longitude: -122.084 });
    for (const description of ['Googleplex', '1600', 'Googleplex\n1600']) {
      expect((await next()).content).toMatchObject({ description: expect.stringContaining(description) });
    }
    const place = { kind: 'location', latitude: 1.5, longitude: 2.5, description: 'Here\nA street' } as const;
    const back = program.hearing(() => program.phone.sendContent(place));
    expect((await back.next()).content).toEqual(place);
  });

  test('!status changes what the account says about itself', async () => {
    await text('!status Busy', 'Status was updated to *Busy*');
    expect(program.phone.state().profile.about).toBe('Busy');
  });

  test('!mentionUsers and !mentionGroups mention', async () => {
    program.phone.groups.create({
      by: ada,
      id: mentionedGroup,
      subject: 'Birds',
      participants: [program.phone.number],
    });
    const users = program.say('!mentionUsers');
    for (const body of [`Hi @${ben}`, `Hi @${ben}, @${ben}`]) {
      expect(await users.next()).toMatchObject({ body, mentions: expect.arrayContaining([`${ben}@c.us`]) });
    }
    const groups = program.say('!mentionGroups');
    expect(await groups.next()).toMatchObject({ groupMentions: [{ group: mentionedGroup, subject: 'GroupSubject' }] });
    expect(await groups.next()).toMatchObject({
      groupMentions: [{ subject: 'FirstGroup' }, { subject: 'SecondGroup' }],
    });
    const { next } = program.say('!getGroupMentions');
    expect(await next()).toMatchObject({ groupMentions: [{ group: mentionedGroup }] });
  });

  test('!delete and !edit change only what the program wrote', async () => {
    const { phone } = program;
    const own = await program.say('!echo own').next();
    const other = phone.send('mine');
    await text('!delete', 'I can only delete my own messages', { quoted: other.id });
    await text('!edit', 'I can only edit my own messages', { quoted: other.id });
    program.say('!delete', { quoted: own.id });
    await expect.poll(() => phone.message(own)?.revokedBy).toBe(phone.number);
  });

  test('!pin, !archive and !mute change the chat', async () => {
    const { phone } = program;
    for (const command of ['!pin', '!archive', '!mute']) program.say(command);
    const changed = () => {
      const { pinned = 0, archived, mutedUntil = 0 } = phone.chat(chatId) ?? {};
      return [pinned > 0, archived, mutedUntil > 0];
    };
    await expect.poll(changed).toEqual([true, true, true]);
  });

  test('!typing, !recording and !clearstate are shown', async () => {
    for (const [command, state] of Object.entries({
      '!typing': 'composing',
      '!recording': 'recording',
      '!clearstate': 'paused',
    })) {
      program.say(command);
      await expect.poll(() => program.phone.state().chatStates).toMatchObject({ [chatId]: state });
    }
  });

  test('!buttons and !list are not delivered', async () => {
    program.say('!buttons');
    program.say('!list');
    await text('!ping', 'pong');
  });

  test('!reaction, !pinmsg and !unpin change the message', async () => {
    const { phone } = program;
    const { question } = program.say('!reaction');
    await expect
      .poll(() => phone.state().sent.find(({ id }) => id === question.id)?.reactions)
      .toMatchObject([{ text: '👍' }]);
    const pinned = program.say('!pinmsg').question;
    const pin = () => phone.state().sent.find(({ id }) => id === pinned.id)?.pin;
    if (has('!pinmsg')) await expect.poll(pin).toMatchObject({ isPinned: true, seconds: 60 });
    program.say('!unpin', { from: phone.number, to: chatId, quoted: pinned.id });
    if (has('!pinmsg')) await expect.poll(pin).toMatchObject({ isPinned: !unpins.includes(version) });
  });

  test('!updatelabels, !addlabels and !removelabels change the labels of the chat', async () => {
    const { phone } = program;
    phone.change({ action: 'label', index: '1', value: { name: 'new customer', color: 0 } });
    phone.change({ action: 'label', index: '2', value: { name: 'paid', color: 3 } });
    phone.change({ action: 'labels', index: chatId, value: ['2'] });
    for (const [command, labels] of [
      ['!addlabels', ['1', '2']],
      ['!updatelabels', ['1']],
      ['!removelabels', []],
    ] as const) {
      program.say(command);
      await expect.poll(() => phone.chat(chatId)?.labels.toSorted()).toEqual(labels);
    }
  });

  test('!sendpoll sends polls, and !vote votes', async () => {
    const { phone } = program;
    const { next } = program.say('!sendpoll');
    expect((await next()).content).toEqual({
      kind: 'poll',
      name: 'Winter or Summer?',
      options: ['Winter', 'Summer'],
      isMultiple: false,
    });
    for (const isMultiple of [true, false]) {
      expect((await next()).content).toMatchObject({ kind: 'poll', name: 'Cats or Dogs?', isMultiple });
    }
    if (!has('!vote')) return;
    const poll = phone.sendContent({ kind: 'poll', name: 'Tea?', options: ['yes', 'no'], isMultiple: false });
    program.say('!vote', { quoted: poll.id });
    await expect.poll(() => phone.message(poll)?.votes).toMatchObject([{ from: phone.number, options: [] }]);
    await text('!vote', 'Can only be used on poll messages', { quoted: phone.send('no poll').id });
  });

  test('!parseVCard sends contacts', async () => {
    if (!has('!parseVCard')) return;
    const { next } = program.say('!parseVCard');
    expect(await next()).toMatchObject({ to: ben, content: { kind: 'contact', displayName: 'John Doe' } });
    expect(await next()).toMatchObject({ to: ben, content: { kind: 'contact', displayName: 'John Doe' } });
  });

  test('commands in a group change it', async () => {
    const { phone } = program;
    const { id, inviteCode } = phone.groups.create({ by: ada, subject: 'Cats', participants: [] });
    program.say(`!join ${inviteCode}`);
    await phone.received('Joined the group!');
    phone.groups.participants(id, 'promote', [phone.number], { by: ada });
    const say = (body: string) => program.say(body, { from: ada, to: id });
    say('!subject Dogs');
    say('!desc Only dogs');
    await expect.poll(() => phone.groups.get(id)).toMatchObject({ subject: 'Dogs', description: 'Only dogs' });
    const members = () => phone.groups.get(id).members.map(({ number }) => number);
    phone.groups.change(id, { what: 'settings', settings: { approval: true } }, { by: ada });
    phone.groups.join(inviteCode, { by: ben });
    say('!approverequest');
    await expect.poll(members).toContain(ben);
    say('!addmembers');
    await expect.poll(members, { timeout: 10_000 }).toContain(cleo);
    say('!groupinfo');
    if (!groupsFail) await phone.received(/Name: Dogs/);
  });

  test('!leave leaves a group', async () => {
    const { groups, number } = program.phone;
    const { id } = groups.create({ by: ada, subject: 'Fish', participants: [number] });
    program.say('!leave', { from: ada, to: id });
    await expect.poll(() => groups.list().map((group) => group.id)).not.toContain(id);
  });

  test('!creategroup makes a group', async () => {
    program.say('!creategroup');
    await expect
      .poll(() => program.phone.groups.list().map(({ subject }) => subject), { timeout: 10_000 })
      .toContain('Group Title');
  });

  test('!statuses, !jumpto and !changeSync answer nothing, and !postStatus posts', async () => {
    const { phone } = program;
    phone.send('in the status', { from: ada, to: 'status@broadcast' });
    for (const command of ['!statuses', '!changeSync']) if (has(command)) program.say(command);
    program.say('!jumpto', { quoted: phone.send('jump here').id });
    await text('!ping', 'pong');
    if (!has('!postStatus')) return;
    const { next } = program.say('!postStatus');
    expect(await next()).toMatchObject({ to: 'status@broadcast', body: 'Hello there!' });
    expect(await next()).toMatchObject({ to: 'status@broadcast', body: 'Hello again! Looks different?' });
  });

  test('a call is rejected and answered', async () => {
    const { id } = program.phone.ring();
    await program.phone.received(/Incoming\] Phone call from/);
    expect(program.phone.state().calls.find((call) => call.id === id)?.state).toBe('rejected');
  });

  test('all commands were tried, and what fails is known', () => {
    expect([...program.commands].filter((command) => !program.said.has(command))).toEqual([]);
    expect(program.replica.findings()).toEqual([]);
    expect(program.rejections()).toEqual([...alwaysRejected, ...(groupsFail ? [groupsFail] : [])].toSorted());
  });
});

test.concurrent.each(pairs)('the program of the README of $version on $build replies', async ({ version, build }) => {
  await using program = await LibraryProgram.start(version, build, readme);
  const { question, next } = program.say('!ping');
  expect(await next()).toMatchObject({ body: 'pong', quoted: question.id });
  expect(program.rejections()).toEqual([]);
});
