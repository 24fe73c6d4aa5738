import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { InputError } from '../../../src/contracts/input-error.ts';
import { buildTimeline } from '../../../src/replica/builds/build-timeline.ts';
import { buildDataFolder, readBuildData } from '../../../src/replica/builds/read-build-data.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  cpSync(buildDataFolder, folder, { recursive: true });
});

function edit(file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

function refusal(): string {
  try {
    buildTimeline(readBuildData('comet', folder));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('it was accepted');
}

/** Line number of the first line that holds a text. */
function lineOf(text: string): number {
  const lines = readFileSync(join(folder, 'comet.yaml'), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

test('the files of the project are accepted', () => {
  expect(buildTimeline(readBuildData('comet', folder)).steps.length).toBeGreaterThan(20);
  expect(buildTimeline(readBuildData('webpack', folder)).steps.length).toBeGreaterThan(1);
});

test('an unknown key in a change is named with its line and what was meant', () => {
  edit('comet.yaml', 'remove: { WAWebWidFactory: [toUserWid] }', 'removed: { WAWebWidFactory: [toUserWid] }');
  expect(refusal()).toMatch(
    new RegExp(`comet\\.yaml:${lineOf('removed:')}:5: .*removed: unknown key, did you mean "remove"`),
  );
});

test('an unknown behaviour is refused', () => {
  edit('comet.yaml', 'set: { sendSeenArgument: object }', 'set: { sendSeenArguments: object }');
  expect(refusal()).toContain('sendSeenArguments: unknown key');
});

test('a change without a source is refused at its line', () => {
  edit('comet.yaml', '    source: [wppconnect-team/wa-js#3198]\n', '');
  expect(refusal()).toMatch(/comet\.yaml:\d+:\d+: changes\[\d+\]\.source: /);
});

test('a change that is older than the one before it is refused at its line', () => {
  edit('comet.yaml', 'since: 2.3000.1026330385', 'since: 2.3000.1099999999');
  expect(refusal()).toMatch(
    /since: 2\.3000\.1026498050 is older than 2\.3000\.1099999999 of the change before it; changes go from old to new/,
  );
});

test('a change that removes a name which the build before it had not is refused with its build', () => {
  edit('comet.yaml', 'WAWebWidFactory: [toUserWid]', 'WAWebWidFactory: [toUserId]');
  expect(refusal()).toMatch(
    /comet\.yaml: the change since 2\.3000\.1026330385: remove WAWebWidFactory\.toUserId: no such/,
  );
});

test('an archive that is not there is named', () => {
  edit('comet.yaml', 'archive: 1044822804.json', 'archive: 1044822805.json');
  expect(refusal()).toContain('1044822805.json');
});

test('a wrong key in an archive is named with its file', () => {
  edit('archives/1044822804.json', '"complete"', '"whole"');
  expect(refusal()).toMatch(/1044822804\.json: .*whole/);
});
