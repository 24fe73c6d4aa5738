import type { Archive, ArchivedShapes } from '../../src/contracts/build-data.ts';

/** The text of an archive file: one line a module, so that a difference of two archives can be read. */
export function archiveText({ modules, ...head }: Archive): string {
  return fileText(head, modules);
}

export function shapesText({ modules, ...head }: ArchivedShapes): string {
  return fileText(head, modules);
}

function fileText(head: object, modules: Record<string, unknown>): string {
  const top = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const lines = Object.entries(modules).map(([name, each]) => `    ${JSON.stringify(name)}: ${JSON.stringify(each)}`);
  return `{\n${top.join('\n')}\n  "modules": {\n${lines.join(',\n')}\n  }\n}\n`;
}
