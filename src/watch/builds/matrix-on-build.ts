import { compareBuilds, parseBuild, sortBuilds } from '../../contracts/build-number.ts';
import type { Matrix } from '../../contracts/matrix.ts';

/**
 * The matrix on one other build: what it attempts on its newest build, and of each version that it attempts only on older ones, the cells
 * of the newest of those.
 *
 * @param build a number that need not be in the matrix
 */
export function matrixOnBuild({ schemaVersion, blocks }: Matrix, build: string): Matrix {
  const newest = new Map<string, string>();
  for (const { library, build: builds } of blocks) {
    const last = newestOf(builds);
    for (const each of library) {
      const known = newest.get(each);
      if (known === undefined || isNewer(last, known)) newest.set(each, last);
    }
  }
  const moved = blocks.flatMap((block) => {
    const library = block.library.filter((each) => block.build.includes(newest.get(each) as string));
    return library.length === 0 ? [] : [{ ...block, library, build: [build] }];
  });
  return { schemaVersion, blocks: moved };
}

const newestOf = (builds: readonly string[]) => sortBuilds(builds).at(-1) as string;
const isNewer = (build: string, other: string) => compareBuilds(parseBuild(build), parseBuild(other)) > 0;
