import { hash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { checkMethods } from '../../../src/surface/check-methods.ts';
import { indexLibrary } from '../../../src/surface/extract/index-library.ts';
import { predict } from '../../../src/surface/predict.ts';
import { linkedClient, newClient } from './linked-client.ts';
import { type ReportedText, reportedStops, reportedTexts, type TextedClient } from './reported-texts.ts';

/** A call that fails on what its report names, or works on what mended it. */
interface Trial {
  version: string;
  build: string;
  row: ReportedText;
  /** Null where the call works. */
  text: string | null;
}

const trials: Trial[] = reportedTexts.flatMap((row) => {
  const { version, build, text, mended } = row;
  return [{ version, build, row, text }, ...(mended ? [{ ...mended, row, text: null }] : [])];
});

/** All that a page of the build has; builds that differ in their number only have the same. */
function pageOf(build: string): string {
  const { modules, collections, behaviours, face, switches } = resolveSurface(build);
  const { members, parameters } = resolveShapes(build);
  const all = [face, modules, collections, behaviours, switches, members, parameters];
  return hash('sha1', JSON.stringify(all));
}

const alike = Map.groupBy(trials, ({ version, build, row: { conditions = [] } }) =>
  [version, pageOf(build), ...conditions].join(),
);

/** Trials that one client makes. */
const rounds = [...alike.values()].map((ofPage) => {
  const builds = [...new Set(ofPage.map(({ build }) => build))].join(' and ');
  return { version: ofPage[0]?.version ?? '', builds, trials: ofPage };
});

test('the table has at least 25 rows, none of them twice, and a version that mended it for at least 20', () => {
  const keys = reportedTexts.map(({ report, version, build, call }) => [report, version, build, call].join());
  expect(new Set(keys).size).toBe(reportedTexts.length);
  expect(reportedTexts.length).toBeGreaterThanOrEqual(25);
  expect(reportedTexts.filter(({ mended }) => mended).length).toBeGreaterThanOrEqual(20);
});

describe.each(rounds)('$version on $builds', ({ trials: made }) => {
  let client: TextedClient;

  beforeAll(async () => {
    const [{ version, build, row }] = made as [Trial];
    const linked = await linkedClient(version, build, { conditions: row.conditions ?? [] });
    client = Object.assign(linked, { message: undefined });
    const received = once(linked.client as never, 'message', { signal: AbortSignal.timeout(30_000) });
    linked.phone.send('hello');
    [client.message] = await received;
  });

  afterAll(() => client?.[Symbol.asyncDispose]());

  const failing = made.filter(({ text }) => text !== null);
  const working = made.filter(({ text }) => text === null);

  test.each(failing)('$row.call on $build fails with the text of $row.report', async ({ row, text }) => {
    const error = await row.make(client).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error && firstLine(error)).toBe(text);
    expect(client.replica.findings()).toEqual([]);
  });

  for (const { row } of working) {
    test(`${row.call} works, as ${row.report} asked for`, async () => {
      await row.make(client);
      expect(client.replica.findings()).toEqual([]);
    });
  }
});

/** Older Puppeteer versions put a text of their own before that of the page. */
function firstLine(error: Error): string | undefined {
  return String(error)
    .replace(/^Error: Evaluation failed: /, '')
    .split('\n')[0];
}

describe('the check of the source, which runs nothing,', () => {
  const needs = new Map<string, ReturnType<typeof indexLibrary>>();

  beforeAll(async () => {
    for (const version of new Set([...reportedTexts, ...reportedStops].map((each) => each.version))) {
      needs.set(version, indexLibrary((await ensureLibrary(version, console.log)).packageDir));
    }
  }, 240_000);

  const needsOf = (version: string) => needs.get(version) as ReturnType<typeof indexLibrary>;

  test.each(reportedTexts.filter(({ ofArgument }) => !ofArgument))(
    'does not say that $call of $version works on $build',
    ({ version, build, call, failsIn }) => {
      const name = failsIn ?? call.split(' ')[0];
      const method = checkMethods(needsOf(version), resolveSurface(build)).find((each) => each.name === name);
      expect(['broken', 'unknown']).toContain(method?.status);
    },
  );

  test.each(reportedStops)('says that $version is not ready on $build, and which name is missing', (stop) => {
    const prediction = predict(needsOf(stop.version), resolveSurface(stop.build, stop.switches));
    expect(prediction.phase).toBe('ready');
    expect(prediction.names).toContain(stop.name);
  });
});

/** A client that stops fails at once; one that does not is ready within this time after the text. */
const notReadyMs = 1000;

test.each(reportedStops)(
  '$version on $build is authenticated and not ready, with the text of $report',
  async (stop) => {
    await using opened = await newClient(stop.version, stop.build, { switches: stop.switches ?? {} });
    const { client, phone } = opened;
    const seen: string[] = [];
    const { promise: texted, resolve: hasText } = Promise.withResolvers<void>();
    for (const event of ['authenticated', 'ready']) client.on(event, () => seen.push(event));
    client.once('qr', (qr: string) => {
      const look = (text: string) => text.includes(stop.text) && hasText();
      client.pupPage.on('pageerror', (error: Error) => look(String(error)));
      client.pupPage.on('console', (message: { text(): string }) => look(message.text()));
      phone.scan(qr);
    });
    await client.initialize();
    await texted;
    await new Promise((done) => setTimeout(done, notReadyMs));
    expect(seen).toEqual(['authenticated']);
  },
);
