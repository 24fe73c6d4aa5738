import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, type ParseResult, type ParserOptions, type Program, parseSync } from 'oxc-parser';
import { InputError } from '../../contracts/input-error.ts';
import { checkNesting } from './nesting.ts';

/** A position in a file: lines and columns count from 1, as in a stack trace. */
export interface Position {
  line: number;
  column: number;
}

/** One parsed file of a library. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly #lineStarts: number[] = [0];

  /**
   * @param path relative to the package, with forward slashes
   * @throws InputError when it is not JavaScript
   */
  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    const { program, errors } = parseFile(path, text, { sourceType: 'commonjs', preserveParens: false });
    const error = errors[0];
    if (error) throw new InputError(`${path} cannot be parsed: ${error.message}`);
    this.program = program;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  static read(packageDir: string, path: string): SourceFile {
    return new SourceFile(path, readFileSync(join(packageDir, path), 'utf8'));
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** The source of a node on one line, shortened in the middle of long ones. */
  source(node: Node): string {
    const text = this.text.slice(node.start, node.end).replace(/\s*\n\s*/g, '');
    return text.length <= 120 ? text : `${text.slice(0, 90)} … ${text.slice(-25)}`;
  }
}

/** @throws InputError for code that is nested too deeply. */
export function parseFile(
  path: string,
  text: string,
  options?: ParserOptions,
): Pick<ParseResult, 'program' | 'errors'> {
  try {
    checkNesting(text);
    const { program, errors } = parseSync(path, text, options);
    return { program, errors };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${path} cannot be parsed: it is nested too deeply`);
  }
}
