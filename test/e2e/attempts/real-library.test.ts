import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import qrToReady from '../../../canaries/qr-to-ready.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { attempt, browserProcesses, hostProcesses } from './real-attempt.ts';

const october2025 = '2.3000.1029241508';

test('a library that works goes from QR to ready, and the record says what was really used', async () => {
  const record = await attempt('1.34.7', october2025);
  expect(record).toMatchObject({ outcome: 'passed', phase: null, code: null, cause: null, artifacts: null });
  const phases = ['launch', 'page', 'qr', 'scan', 'authenticated', 'ready', 'probe', 'close'];
  expect(Object.keys(record.phases)).toEqual(phases);
  expect(record.provenance).toMatchObject({ requested: '1.34.7', installed: '1.34.7', loaded: '1.34.7' });
  expect(record.page.debugVersion).toBe(october2025);
  expect(record.page.userAgent).toContain('Chrome/');
  expect(record.browserVersion).toMatch(/Chrome\/\d+/);
  expect(record.browserMemoryBytes).toBeGreaterThan(50_000_000);
  const types = record.events.map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining(['client:qr', 'client:authenticated', 'client:ready', 'client:message']),
  );
  expect(types.indexOf('page:navigated')).toBeLessThan(types.indexOf('client:qr'));
  expect([...browserProcesses(), ...hostProcesses()]).toEqual([]);
});

test('nothing of the QR text and no text of a message is in the record', async () => {
  const texts: string[] = [];
  const record = await attempt('1.34.2', october2025, {
    flow: {
      name: 'qr-to-ready',
      body: ({ phone, ...context }, over) => {
        const { scan, send } = phone;
        phone.scan = (qr) => {
          texts.push(...qr.split(',').filter((field) => field.length > 8));
          return scan.call(phone, qr);
        };
        phone.send = (body, from) => {
          texts.push(body);
          return send.call(phone, body, from);
        };
        return qrToReady.body({ ...context, phone }, over);
      },
    },
  });
  expect(record.outcome).toBe('passed');
  expect(texts.length).toBeGreaterThanOrEqual(6);
  for (const text of texts) expect(JSON.stringify(record)).not.toContain(text);
});

test('an error of the library in the page after authenticated ends the attempt long before the deadline', async () => {
  const runFolder = temporaryFolder();
  const record = await attempt('1.25.0', october2025, { runFolder });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'ready', code: 'no-ready' });
  expect(record.cause).toMatchObject({ module: 'WAWebUserPrefsMeUser', export: 'getMeUser' });
  const authenticated = record.events.find(({ type }) => type === 'client:authenticated');
  expect(record.durationMs - (authenticated?.at ?? 0)).toBeLessThan(4_000);
  expect((await readdir(join(runFolder, record.artifacts ?? ''))).sort()).toEqual([
    'events.json',
    'screenshot.png',
    'trace',
    'trace.json',
  ]);
});

test('a browser that puppeteer cannot talk to is named with it, long before the deadline', async () => {
  const record = await attempt('1.34.7', october2025, { browserName: '107' });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'protocol-error', blame: 'browser' });
  expect(record.cause?.message).toMatch(/HeadlessChrome\/107.*puppeteer 24\.38\.0/);
  expect(record.durationMs).toBeLessThan(15_000);
});
