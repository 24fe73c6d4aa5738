import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandNames, program } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { routes } from '../../src/service/http/routes/routes.ts';

const folder = join(packageRoot, 'docs', 'runbooks');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const pages = readdirSync(folder).filter((file) => file !== 'README.md');
/** Every line of every block of commands, without its comments. */
const lines = pages.flatMap((page) =>
  [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => (line === '' ? [] : [{ page, line: line.replace(/ +# .*/, '') }])),
  ),
);

test('every name in a command is explained, and every page says where', () => {
  const explained = new Set([...read('README.md').matchAll(/\$([A-Z]+)`|([A-Z_]+)=/g)].map(([, a, b]) => a ?? b));
  const used = lines.flatMap(({ page, line }) =>
    [...line.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => ({ page, name })),
  );
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter(({ name }) => !explained.has(name))).toEqual([]);
  for (const { page } of used) expect(read(page)).toContain('(README.md)');
});

test('every command of this program has the subcommand, the options and the question that a page gives it', async () => {
  const main = await program(commandNames);
  const given = lines.filter(({ line }) => line.startsWith('npx wwebjs-canary '));
  expect(given.length).toBeGreaterThan(15);
  for (const { page, line } of given) {
    let command: Command = main;
    for (const word of line.split(' ').slice(2)) {
      command = command.commands.find((one) => one.name() === word) ?? command;
      if (word.startsWith('--')) {
        expect(
          command.options.map(({ long }) => long),
          `${page}: ${line}`,
        ).toContain(word);
      }
    }
    expect(command, `${page}: ${line}`).not.toBe(main);
    const [, question] = /db query (\S+)/.exec(line) ?? [];
    for (const engine of question ? ['mysql', 'sqlite'] : []) {
      expect(existsSync(join(packageRoot, 'sql', 'queries', engine, `${question}.sql`)), `${page}: ${line}`).toBe(true);
    }
  }
});

test('no page needs a client of a database, which no address of the service fits', () => {
  expect(lines.filter(({ line }) => /^(mysql|mariadb|sqlite3) /.test(line))).toEqual([]);
});

test('every request to the service is one that it has', () => {
  const known = routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, '*')}`);
  const asked = lines.flatMap(({ line }) => {
    const [, path] = /\$SERVICE(\/\S*)/.exec(line) ?? [];
    return path ? [`${/-X (\w+)/.exec(line)?.[1] ?? 'GET'} ${path.replace(/\$[A-Z]+/g, '*')}`] : [];
  });
  expect(asked.length).toBeGreaterThan(4);
  for (const one of asked) expect(known).toContain(one);
});
