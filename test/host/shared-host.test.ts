import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientSpec } from '../../src/contracts/host.ts';
import type { HostEvent } from '../../src/contracts/host-events.ts';
import { Host } from '../../src/host/host.ts';
import { HostProcess } from '../../src/host/host-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { firstOf, toyLibrary, typesOf } from './toy.ts';

/** What the toy library says of itself. */
interface Said {
  pid: number;
  clients: number;
  cwd: string;
  env: Record<string, string>;
}

/** A process with several sessions, each with a client that has started its browser. */
async function startTogether(count: number, mostSessions = count) {
  const shared = new HostProcess(null, mostSessions);
  onTestFinished(() => shared.kill());
  const sessions = await Promise.all(Array.from({ length: count }, (_, index) => join(shared, `session ${index}`)));
  return { process: shared, sessions };
}

async function join(shared: HostProcess, name: string) {
  const folder = temporaryFolder();
  const seen: HostEvent[] = [];
  const host = new Host({ folder, env: { NAME: name }, process: shared, onSeen: (event) => seen.push(event) });
  onTestFinished(() => host.kill());
  await host.calls.load(toyLibrary('sociable'));
  await host.calls.start({
    auth: { kind: 'local', dataPath: folder },
    browser: { executablePath: '/nowhere', args: [] },
  });
  await expect.poll(() => typesOf(seen)).toContain('client:ready');
  const said = async (): Promise<Said> => JSON.parse(String((await host.calls.sessionFacts()).state));
  const does = (what: string) => host.calls.sendText('', what).catch(() => {});
  const browser = Number(firstOf(seen, 'browser:launched')?.detail.pid);
  return { host, seen, folder, said, does, browser };
}

type Joined = Awaited<ReturnType<typeof join>>;

function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe.runIf(existsSync('/proc/self/stat'))('sessions that share a process', () => {
  test('have one library in memory, each with its own client, events and browser', async () => {
    const { process, sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    expect([await one.said(), await other.said()].map(({ pid, clients }) => [pid, clients])).toEqual([
      [process.pid, 2],
      [process.pid, 2],
    ]);
    await one.does('emit');
    expect(typesOf(one.seen)).toContain('client:change_state');
    expect(typesOf(other.seen)).not.toContain('client:change_state');
    expect(one.browser).not.toBe(other.browser);
  });

  test('have neither the working folder nor the environment of the process, and their browsers have their own', async () => {
    const { sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    const { cwd, env } = await one.said();
    expect([cwd, env.HOME]).not.toContain(one.folder);
    expect(env).not.toHaveProperty('NAME');
    const [ofOne, ofOther] = [one, other].map(({ browser }) => readFileSync(`/proc/${browser}/environ`, 'utf8'));
    expect(ofOne).toContain(`HOME=${one.folder}\0`);
    expect(ofOne).toContain('NAME=session 0\0');
    expect(ofOther).toContain(`HOME=${other.folder}\0`);
    expect(ofOther).not.toContain('session 0');
  });

  test.each([
    ['an unhandled rejection', 'reject later', 'host:unhandled-rejection', 'rejected later'],
    ['an uncaught exception', 'throw later', 'host:uncaught-exception', 'thrown later'],
  ])('%s ends the session that caused it, with its browser, and no other', async (_, cause, type, message) => {
    const { sessions } = await startTogether(3);
    const [before, culprit, after] = sessions as [Joined, Joined, Joined];
    await culprit.does(cause);
    expect(await culprit.host.exited).toEqual({ code: 1, signal: null });
    expect(culprit.seen.find((event) => event.type === type)?.detail).toMatchObject({ message });
    expect(culprit.host.endedByError).toBe(true);
    await expect.poll(() => runs(culprit.browser)).toBe(false);
    for (const { said, seen, browser } of [before, after]) {
      expect((await said()).clients).toBe(3);
      expect(typesOf(seen)).not.toContain(type);
      expect(runs(browser)).toBe(true);
    }
  });

  test('what one of them prints is a line of that one', async () => {
    const { sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    await one.does('print');
    await expect.poll(() => one.seen.map(({ detail }) => detail)).toContain('printed by one');
    expect(other.seen.map(({ detail }) => detail)).not.toContain('printed by one');
  });

  test('end together when the process ends, and their ends say how many they were', async () => {
    const { process, sessions } = await startTogether(3);
    const [one] = sessions as [Joined];
    await one.does('exit');
    const ends = await Promise.all(sessions.map(({ host }) => host.exited));
    expect(ends).toEqual(Array.from({ length: 3 }, () => ({ code: 7, signal: null, sessions: 3 })));
    expect(process.died).toBe(true);
  });

  test('are ended one by one, each with its browser, and the process goes with the last', async () => {
    const { process, sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    await one.host.kill();
    expect(await one.host.exited).toEqual({ code: null, signal: 'SIGKILL' });
    // The kernel lists a killed process for a moment longer, without its memory and so without its mark.
    await expect.poll(() => [runs(one.browser), runs(other.browser)]).toEqual([false, true]);
    await expect(one.host.calls.sessionFacts()).rejects.toThrow();
    expect((await other.said()).pid).toBe(process.pid);
    await other.host.kill();
    await process.exited;
    await expect.poll(() => [runs(other.browser), process.died]).toEqual([false, false]);
  });

  test('that one can leave make room for another, and never more than the process may have', async () => {
    const { process, sessions } = await startTogether(2);
    expect(() => new Host({ folder: temporaryFolder(), env: {}, process, onSeen: () => {} })).toThrow('2 sessions');
    await sessions[0]?.host.kill();
    expect((await (await join(process, 'late')).said()).clients).toBe(3);
  });

  test('give back the memory that none of them needs, and go on', async () => {
    const { sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    await one.does('waste');
    const before = Number(await one.host.memory());
    await other.host.calls.rest();
    expect(before - Number(await one.host.memory())).toBeGreaterThan(2_000_000);
    expect([(await one.said()).clients, (await other.said()).clients]).toEqual([2, 2]);
  });

  test('a session that gets no more time ends alone', async () => {
    const { sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    await one.host.calls.liveFor(100);
    expect(await one.host.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(typesOf(one.seen)).toContain('host:expired');
    await expect.poll(() => runs(one.browser)).toBe(false);
    expect((await other.said()).clients).toBe(2);
  });

  test('a session that is to end in a process that does not answer takes the others along', async () => {
    const { process, sessions } = await startTogether(2);
    const [one, other] = sessions as [Joined, Joined];
    void one.does('block');
    await one.host.kill();
    expect(await other.host.exited).toMatchObject({ signal: 'SIGKILL', sessions: 2 });
    expect(process.died).toBe(true);
  });

  test('a session whose browser starts after its end leaves no browser', async () => {
    const { process, sessions } = await startTogether(1, 2);
    const folder = temporaryFolder();
    const host = new Host({ folder, env: {}, process, onSeen: () => {} });
    await host.calls.load(toyLibrary('sociable'));
    const spec: ClientSpec = {
      auth: { kind: 'local', dataPath: folder },
      browser: { executablePath: '/nowhere', args: [] },
    };
    void host.calls.start(spec).catch(() => {});
    await host.kill();
    expect((await (sessions[0] as Joined).said()).clients).toBe(2);
    await expect.poll(() => host.hasBrowser()).toBe(false);
  });
});
