import type { Shard } from '../contracts/blob.ts';
import { InputError } from '../contracts/input-error.ts';

/** @throws InputError when the text is not `I/N` with 1 <= I <= N. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index && count && index <= count) return { index, count };
  throw new InputError(`--shard ${text}: it has to be I/N with I from 1 to N, for example 2/4`);
}

/** Neighbours in a plan go to different shards, so that each gets a bit of every library. */
export function inShard(position: number, { index, count }: Shard): boolean {
  return position % count === index - 1;
}
