import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { absent, type FolderRecipe, makeFolderOnce } from '../../src/install/make-folder-once.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Puts `content` into the file `made`; the folder is whole when it is there. */
function recipe(content: string): FolderRecipe & { filled: number; said: string[] } {
  const said: string[] = [];
  return {
    filled: 0,
    said,
    say: (line) => said.push(line),
    async whatIsWrong(folder) {
      if (!existsSync(folder)) return absent;
      const file = join(folder, 'made');
      return existsSync(file) && readFileSync(file, 'utf8') === content ? null : 'made is not what it was';
    },
    async fill(temporary) {
      this.filled++;
      await sleep(20);
      writeFileSync(join(temporary, 'made'), content);
    },
  };
}

const visible = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));

describe('a folder that is made once', () => {
  test('is made by one of many who ask together', async () => {
    const parent = temporaryFolder();
    const one = recipe('x');
    await Promise.all([1, 2, 3].map(() => makeFolderOnce(join(parent, 'it'), one)));
    expect(one.filled).toBe(1);
    expect(visible(parent)).toEqual(['it']);
  });

  test('is left alone when it is whole, without a message', async () => {
    const parent = temporaryFolder();
    await makeFolderOnce(join(parent, 'it'), recipe('x'));
    const again = recipe('x');
    await makeFolderOnce(join(parent, 'it'), again);
    expect(again).toMatchObject({ filled: 0, said: [] });
  });

  test('is repaired, and the message has the reason', async () => {
    const parent = temporaryFolder();
    await makeFolderOnce(join(parent, 'it'), recipe('old'));
    const anew = recipe('new');
    await makeFolderOnce(join(parent, 'it'), anew);
    expect(readFileSync(join(parent, 'it', 'made'), 'utf8')).toBe('new');
    expect(anew.said).toEqual([`Repairing ${join(parent, 'it')}: made is not what it was`]);
    expect(visible(parent)).toEqual(['it']);
  });

  test('is not there at all when filling it failed', async () => {
    const parent = temporaryFolder();
    const failing = { ...recipe('x'), fill: () => Promise.reject(new Error('half way')) };
    await expect(makeFolderOnce(join(parent, 'it'), failing)).rejects.toThrow('half way');
    expect(visible(parent)).toEqual([]);
  });

  test('what a killed process left behind is removed', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'it.partial-abc', 'node_modules'), { recursive: true });
    mkdirSync(join(parent, 'other.partial-abc'));
    await makeFolderOnce(join(parent, 'it'), recipe('x'));
    expect(visible(parent)).toEqual(['it', 'other.partial-abc']);
  });

  test('a full disk becomes trouble that names the folder', async () => {
    const parent = temporaryFolder();
    const full = {
      ...recipe('x'),
      fill: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    };
    const made = makeFolderOnce(join(parent, 'it'), full);
    await expect(made).rejects.toThrow(TroubleError);
    await expect(made).rejects.toThrow(`cannot write to ${parent}: the disk is full`);
  });
});
