import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import {
  type BlobAttempt,
  type BlobHead,
  blobAttemptSchema,
  blobEndSchema,
  blobHeadSchema,
} from '../contracts/blob.ts';
import { InputError } from '../contracts/input-error.ts';

/** @throws InputError when the file cannot be read or is no blob of this version. */
export async function readBlobHead(file: string): Promise<BlobHead> {
  for await (const line of lines(file)) return parseLine(file, 1, line, blobHeadSchema);
  throw new InputError(`${file}: it is empty; a blob is made by --reporter blob=FILE`);
}

/**
 * Reads the attempts of a blob one by one.
 *
 * @throws InputError naming file and line when the file is truncated or changed.
 */
export async function* readBlobAttempts(file: string): AsyncGenerator<BlobAttempt> {
  let number = 0;
  let ended = false;
  for await (const line of lines(file)) {
    number += 1;
    if (number === 1) continue;
    const value = parseLine(file, number, line, z.union([blobAttemptSchema, blobEndSchema]));
    if ('attempts' in value) ended = value.attempts === number - 2;
    else yield value;
  }
  if (!ended) throw new InputError(`${file}: it was cut off after line ${number}`);
}

async function* lines(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`}`);
  }
}

function parseLine<S extends z.ZodType>(file: string, number: number, line: string, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(
      `${file}:${number}: it is not a blob, or it was cut off; a blob is made by --reporter blob=FILE`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InputError(
    `${file}:${number}: it is not a blob that this version reads: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
