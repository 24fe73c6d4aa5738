import type { Archive, ArchivedShapes } from '../../contracts/build-data.ts';
import type { Capture } from '../../contracts/capture.ts';

/** The text of an archive file: one line a module, so that a difference of two archives can be read. */
export function archiveText(archive: Archive): string {
  return [...filePieces(archive)].join('');
}

export function shapesText(shapes: ArchivedShapes): string {
  return [...filePieces(shapes)].join('');
}

/** The text of a capture's file: one line a module, too. */
export function captureText(capture: Capture): string {
  return [...capturePieces(capture)].join('');
}

/** `captureText` in pieces: that of a whole page is 17 MB, which need not be in memory at once. */
export function* capturePieces({ names, shapes, dependencies = {}, ...head }: Capture): Generator<string> {
  const top = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  yield `{\n${top.join('')}"names": `;
  yield* filePieces(names);
  yield ',"shapes": ';
  yield* filePieces(shapes);
  yield ',"dependencies": ';
  yield* lines(dependencies);
  yield '}\n';
}

function* filePieces({ modules, ...head }: Archive | ArchivedShapes): Generator<string> {
  const top = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  yield `{\n${top.join('\n')}\n  "modules": `;
  yield* lines(modules);
  yield '\n}\n';
}

function* lines(modules: Readonly<Record<string, unknown>>): Generator<string> {
  yield '{\n';
  let between = '';
  for (const [name, one] of Object.entries(modules)) {
    yield `${between}    ${JSON.stringify(name)}: ${JSON.stringify(one)}`;
    between = ',\n';
  }
  yield '\n  }';
}
