import { readFileSync } from 'node:fs';
import { type Document, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { InputError } from './input-error.ts';
import { nearWord } from './near-word.ts';

/** How many mistakes a message lists: in a file of another kind everything is wrong, and hundreds of lines would hide that. */
const mistakesTold = 5;

/**
 * Reads a YAML file (JSON is YAML too) and checks it by `schema`.
 *
 * @throws InputError with one line for each of the first mistakes: `file:line:column: key: what is wrong`.
 */
export function parseYamlFile<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  return parseYaml(readText(file), schema, file);
}

/** Like `parseYamlFile` for text that is already read; `file` is the name that messages show. */
export function parseYaml<S extends z.ZodType>(text: string, schema: S, file: string): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new InputError(firstOf(document.errors.map((error) => `${place(error.pos[0])}: ${error.message}`)));
  }
  const result = schema.safeParse(plainOf(document, file));
  if (result.success) return result.data;
  const mistakes = result.error.issues.flatMap((issue) => describeIssue(issue, document, schema));
  throw new InputError(firstOf(mistakes.map(({ offset, text }) => `${place(offset)}: ${text}`)));
}

/** @throws InputError for aliases that are circular or expand beyond the memory of a machine. */
function plainOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

function firstOf(mistakes: readonly string[]): string {
  const more = mistakes.length - mistakesTold;
  return [...mistakes.slice(0, mistakesTold), ...(more > 0 ? [`and ${more} more mistakes`] : [])].join('\n');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(code === 'ENOENT' ? `${file}: there is no such file` : `${file}: cannot be read (${code})`);
  }
}

interface Mistake {
  offset: number;
  text: string;
}

function describeIssue(issue: z.core.$ZodIssue, document: Document, schema: z.ZodType): Mistake[] {
  const path = issue.path as (string | number)[];
  if (issue.code !== 'unrecognized_keys') {
    const key = formatPath(path);
    return [{ offset: offsetOf(document, path), text: key ? `${key}: ${issue.message}` : issue.message }];
  }
  const known = keysAt(schema, path);
  return issue.keys.map((key) => {
    const meant = nearWord(key, known);
    const hint = meant ? `, did you mean "${meant}"?` : known.length > 0 ? `; it can be ${known.join(', ')}` : '';
    return { offset: keyOffset(document, path, key), text: `${formatPath([...path, key])}: unknown key${hint}` };
  });
}

function formatPath(path: (string | number)[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

/** Offset of the value at `path`, or of the nearest node around it when the value is missing. */
function offsetOf(document: Document, path: (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = (length === 0 ? document.contents : document.getIn(path.slice(0, length), true)) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: (string | number)[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return offsetOf(document, path);
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
  return (pair?.key as Node | undefined)?.range?.[0] ?? offsetOf(document, path);
}

/** The keys that the schema knows at `path`; empty where they are ambiguous, as inside a union. */
function keysAt(schema: z.ZodType, path: (string | number)[]): string[] {
  let current: z.ZodType | undefined = unwrap(schema);
  for (const part of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[part as string]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element as z.ZodType);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType as z.ZodType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault || current instanceof z.ZodNullable) {
    current = current.unwrap() as z.ZodType;
  }
  return current;
}
