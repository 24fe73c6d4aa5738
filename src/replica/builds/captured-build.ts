import { type Capture, captureSchema } from '../../contracts/capture.ts';
import { InputError } from '../../contracts/input-error.ts';
import { addCapture, fileOfCapture } from './added-facts.ts';
import { readJsonFile } from './read-build-data.ts';

const prefix = 'captured:';

/**
 * The number of a build that is written as a number or as `captured:FILE`. A capture becomes the surface of its build in this process.
 *
 * @throws InputError for a file that is no capture; a number is not checked.
 */
export function buildOfText(text: string): string {
  if (!text.startsWith(prefix)) return text;
  const file = text.slice(prefix.length);
  const capture = readCapture(file);
  const { build } = capture.names;
  const other = fileOfCapture(build);
  if (other !== null && other !== file)
    throw new InputError(`${other} and ${file} are captures of the same build, ${build}`);
  if (other === null) addCapture(capture, file);
  return build;
}

/** How another process has to be given a build: `captured:FILE` where this process has it from a file. */
export function textOfBuild(build: string): string {
  const file = fileOfCapture(build);
  return file === null ? build : `${prefix}${file}`;
}

/** @throws InputError naming the file, and the key that is wrong. */
export function readCapture(file: string): Capture {
  const content = readJsonFile(file);
  const { kind, schemaVersion } = (content ?? {}) as Partial<Capture>;
  if (kind !== 'surface-capture') throw new InputError(`${file}: it is no file of \`surface capture\``);
  if (schemaVersion !== 1) {
    throw new InputError(
      `${file}: it is a capture of schema ${String(schemaVersion)}, and this version reads schema 1`,
    );
  }
  const result = captureSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(`${file}: ${issue?.path.join('.')}: ${issue?.message}`);
}
