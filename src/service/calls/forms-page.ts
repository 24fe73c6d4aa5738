import { type Definitions, newableClasses, signatureText } from './check-call.ts';

/** An argument list of each class that a call can make. Every class of every version has one. */
const examples: Readonly<Record<string, unknown[]>> = {
  Location: [52.5163, 13.3777, { name: 'Brandenburger Tor' }],
  Poll: ['Lunch?', ['yes', 'no'], { allowMultipleAnswers: false }],
  ScheduledEvent: ['Meeting', { $date: '2026-12-24T18:00:00Z' }, { description: 'in the office' }],
  MessageMedia: ['text/plain', 'aGVsbG8=', 'hello.txt'],
  List: ['Choose one', 'Open', [{ title: 'Food', rows: [{ id: 'a', title: 'Apple' }] }]],
  Buttons: ['Do you come?', [{ body: 'yes' }, { body: 'no' }], 'Meeting'],
};

/** A form of an argument that makes an object of a class. */
export interface NewForm {
  $new: string;
  args: unknown[];
}

/** @throws Error for a class without an example. */
export function exampleOf(name: string): NewForm {
  const args = examples[name];
  if (!args) throw new Error(`src/service/calls/forms-page.ts has no example of ${name}`);
  return { $new: name, args };
}

/**
 * `docs/service-client.md` with the present list of classes.
 *
 * @param versions the definitions of each version, the oldest first.
 */
export function formsPage(page: string, versions: ReadonlyMap<string, Definitions>): string {
  return page.replace(/^\| class \|[^\n]*(?:\n\|[^\n]*)*/m, () => classesTable(versions));
}

/** Each class with the signature of the newest version that has it, and the first of the versions that does. */
function classesTable(versions: ReadonlyMap<string, Definitions>): string {
  const [oldest] = versions.keys();
  const found = new Map<string, { since: string; takes: string }>();
  for (const [version, definitions] of versions) {
    for (const { name, constructs } of newableClasses(definitions)) {
      const takes = constructs.map(signatureText).join(' or ');
      found.set(name, { since: found.get(name)?.since ?? version, takes });
    }
  }
  const rows = [...found].map(([name, { since, takes }]) => {
    const example = JSON.stringify(exampleOf(name)).replaceAll('|', '\\|');
    return `| \`${name}\` | \`${takes}\` | ${since === oldest ? 'all' : `from ${since}`} | \`${example}\` |`;
  });
  return ['| class | arguments | versions | example |', '|---|---|---|---|', ...rows].join('\n');
}
