type Work = () => unknown;

const works: Work[] = [];

/** Has something done after the last test and hook of the test file; what was registered last is done first. */
export function atFileEnd(work: Work): void {
  works.push(work);
}

export async function endFile(): Promise<void> {
  for (let work = works.pop(); work; work = works.pop()) await work();
}
