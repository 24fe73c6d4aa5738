import type { Archive, ArchivedShapes } from '../../contracts/build-data.ts';
import type { Capture } from '../../contracts/capture.ts';

/** The text of an archive file: one line a module, so that a difference of two archives can be read. */
export function archiveText({ modules, ...head }: Archive): string {
  return fileText(head, modules);
}

export function shapesText({ modules, ...head }: ArchivedShapes): string {
  return fileText(head, modules);
}

/** The text of a capture's file: one line a module, too. */
export function captureText({ names, shapes, dependencies = {}, ...head }: Capture): string {
  const top = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const parts = [
    `"names": ${archiveText(names)}`,
    `"shapes": ${shapesText(shapes)}`,
    `"dependencies": ${lines(dependencies)}`,
  ];
  return `{\n${top.join('')}${parts.join(',')}}\n`;
}

function fileText(head: object, modules: Record<string, unknown>): string {
  const top = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n${top.join('\n')}\n  "modules": ${lines(modules)}\n}\n`;
}

function lines(modules: Record<string, unknown>): string {
  const each = Object.entries(modules).map(([name, one]) => `    ${JSON.stringify(name)}: ${JSON.stringify(one)}`);
  return `{\n${each.join(',\n')}\n  }`;
}
