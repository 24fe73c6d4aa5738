/** One frame of a stack, as far as it tells something about the library. */
export type Frame =
  /** A place in code that puppeteer evaluated in the page: line and column count from the start of the function's text. */
  | {
      kind: 'page';
      line: number;
      column: number;
      /** Where Node called `evaluate`, which puppeteer writes into the frame from version 20 on. */
      evaluatedAt: { file: string; line: number; column: number } | null;
    }
  | { kind: 'node'; file: string; line: number; column: number }
  /** A function known by name only: code of the page itself, or code made by eval. */
  | { kind: 'other'; name: string };

const puppeteer18 = /pptr:\/\/__puppeteer_evaluation_script__:(\d+):(\d+)/;
const puppeteer24 = /\(evaluate at .*?\(?((?:file:\/\/)?[^\s()]+):(\d+):(\d+)\)?, <anonymous>:(\d+):(\d+)\)/;
const sourceUrl = /pptr:evaluate;([^\s]+?):(\d+):(\d+)/;
const nodeFile = /(?:^|[\s(])(?:file:\/\/)?(\/[^\s()]+|[A-Za-z]:[\\/][^()]+):(\d+):(\d+)\)?$/;

/** Frames of a stack of V8, in Node or in the page, as puppeteer 18 and 24 hand them on; lines that are no frames are left out. */
export function parseStack(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n')) {
    const frame = parseFrame(line.trim());
    if (frame) frames.push(frame);
  }
  return frames;
}

function parseFrame(line: string): Frame | null {
  const old = puppeteer18.exec(line);
  if (old) return { kind: 'page', line: Number(old[1]), column: Number(old[2]), evaluatedAt: null };
  const written = puppeteer24.exec(line);
  if (written) {
    const evaluatedAt = { file: plainPath(written[1]), line: Number(written[2]), column: Number(written[3]) };
    // Puppeteer writes the numbers of the protocol there, which count from 0.
    return { kind: 'page', line: Number(written[4]) + 1, column: Number(written[5]) + 1, evaluatedAt };
  }
  const encoded = sourceUrl.exec(line);
  if (encoded) {
    const site = /\(?([^\s()]+):(\d+):(\d+)\)?$/.exec(decodeURIComponent(encoded[1] ?? ''));
    const evaluatedAt = site ? { file: plainPath(site[1]), line: Number(site[2]), column: Number(site[3]) } : null;
    return { kind: 'page', line: Number(encoded[2]), column: Number(encoded[3]), evaluatedAt };
  }
  const node = nodeFile.exec(line);
  if (node) return { kind: 'node', file: plainPath(node[1]), line: Number(node[2]), column: Number(node[3]) };
  const named = /^at (?:async )?(?:new )?([^\s(]+) \(/.exec(line);
  return named ? { kind: 'other', name: named[1] ?? '' } : null;
}

function plainPath(file: string | undefined): string {
  return (file ?? '').replace(/^file:\/\//, '').replaceAll('\\', '/');
}
