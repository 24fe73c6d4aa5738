import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { libraryCallSchema } from '../../../src/contracts/service-calls.ts';
import { checkCall, newableClasses } from '../../../src/service/calls/check-call.ts';
import { exampleOf, formsPage } from '../../../src/service/calls/forms-page.ts';
import { definitionsOf, libraryVersions } from '../../support/definitions-of.ts';

const versions = new Map(libraryVersions.map((version) => [version, definitionsOf(version)]));

test('docs/service-client.md lists the classes of the type definitions, with their signatures', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'service-client.md'), 'utf8');
  expect(page, 'run node scripts/write-client-page.ts').toBe(formsPage(page, versions));
  expect(page).toContain('| `ScheduledEvent` | `(name: string, startTime, options?)` | from ');
});

test.each(libraryVersions)('each example is a call that %s takes', async (version) => {
  const definitions = definitionsOf(version);
  const classes = newableClasses(definitions).map(({ name }) => name);
  expect(classes).toEqual(expect.arrayContaining(['Location', 'Poll', 'MessageMedia']));
  for (const name of classes) {
    const body = libraryCallSchema.parse({ method: 'sendMessage', args: ['1@c.us', exampleOf(name)] });
    const download = () => Promise.reject(new Error('nothing is downloaded'));
    const { call } = await checkCall(body, { definitions, download, rules: null });
    expect(call.args[1]).toMatchObject({ $new: name });
  }
});

test('a class that a later version adds needs an example', () => {
  const added = { name: 'Sticker', extends: null, methods: new Map(), statics: new Map(), constructs: [[]] };
  const page = '| class |\n|---|\n';
  expect(() => formsPage(page, new Map([['9.0.0', new Map([['Sticker', added]])]]))).toThrow(/Sticker/);
});
