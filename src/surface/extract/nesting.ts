/**
 * Levels that are parsed. The deepest of 423 files of published packages (58 MB) has 160. On a stack of 8 MB, 1000 functions in each other, which are
 * 2000 levels, are parsed, and 2000 functions end the process; anything else can be nested more deeply.
 */
const most = 1000;

/**
 * The parser descends by calls of its own, and where its stack ends, so does the process, which cannot be caught.
 *
 * @throws RangeError for code that is nested too deeply to be parsed
 */
export function checkNesting(code: string): void {
  if (code.length > most && nestingOf(code) > most) throw new RangeError('it is nested too deeply');
}

type Kind = 'open' | 'close' | 'end' | 'quote' | 'template' | 'slash' | 'operator' | 'space' | 'word';

const kinds: Kind[] = Array.from({ length: 128 }, (_, code): Kind => {
  const character = String.fromCharCode(code);
  if (/[([{]/.test(character)) return 'open';
  if (/[)\]}]/.test(character)) return 'close';
  if (/[;,]/.test(character)) return 'end';
  if (/['"]/.test(character)) return 'quote';
  if (character === '`') return 'template';
  if (character === '/') return 'slash';
  if (/\s/.test(character)) return 'space';
  return /[\w$\\]/.test(character) ? 'word' : 'operator';
});

const [comma, colon, question, equals, brace, closing, backslash, newline] = Array.from(',:?={}\\\n', (each) =>
  each.charCodeAt(0),
);

/** What an operator in front of another takes of the stack, over what a bracket takes. */
const light = 0.2;

const elseBehind = /\s*else\b/y;
const statementBehind = /\s*(?!(?:catch|finally|while|in|instanceof|of)\b)[\w$]/y;
const caseBehind = /\s*(?:case|default)\b/y;
const expressionBehind = /(?:\breturn|\btypeof|\bcase)\s*$/;
const regularExpression = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y;

/**
 * A bound for the levels of a syntax tree, found without one: open brackets, and at each of them the assignments, conditions, prefixes and words
 * of what has not ended, and the branches of a chain of `else`. What is nested to the left, such as `a + b + c`, takes no stack of the parser.
 */
export function nestingOf(code: string): number {
  const outer: number[] = [];
  /** The number of open brackets behind each `${`. */
  const templates: number[] = [];
  let [around, steps, branches, deepest] = [0, 0, 0, 0];
  let last: Kind = 'end';
  let lastAt = -1;
  let isNextLine = false;
  const enter = () => {
    outer.push(steps, branches);
    around += 1 + steps + branches;
    [steps, branches] = [0, 0];
  };
  const endStatement = (at: number) => {
    const goesOn = isBehind(elseBehind, code, at);
    steps = 0;
    branches = goesOn ? branches + 1 : 0;
  };
  const passTemplate = (start: number): number => {
    const end = endOfTemplateText(code, start);
    if (code.charCodeAt(end) === brace) {
      enter();
      templates.push(outer.length);
    }
    return end;
  };
  for (let at = 0; at < code.length; at += 1) {
    const character = code.charCodeAt(at);
    const kind = kinds[character] ?? 'word';
    switch (kind) {
      case 'space':
        isNextLine ||= character === newline;
        continue;
      case 'open':
        enter();
        break;
      case 'close': {
        const endsTemplate = character === closing && templates.at(-1) === outer.length;
        branches = outer.pop() ?? 0;
        steps = outer.pop() ?? 0;
        around = Math.max(0, around - 1 - steps - branches);
        if (endsTemplate) {
          templates.pop();
          at = passTemplate(at);
        } else if (character === closing) {
          if (isBehind(elseBehind, code, at) || isBehind(statementBehind, code, at)) endStatement(at);
        }
        break;
      }
      case 'end':
        if (character === comma) steps = 0;
        else endStatement(at);
        break;
      case 'quote':
        at = endOfText(code, at);
        break;
      case 'template':
        steps += 1;
        at = passTemplate(at);
        break;
      case 'slash':
        at = endOfSlash(code, at, last);
        break;
      case 'operator':
        if (character === colon && isBehind(caseBehind, code, at)) steps = 0;
        else if (character === question || (character === equals && isAssignment(code, at))) steps += 1;
        else if (last === 'operator' || character === colon) steps += light;
        break;
      case 'word':
        if (
          isNextLine &&
          (last === 'word' || last === 'quote' || last === 'close') &&
          !isBehind(elseBehind, code, at - 1)
        )
          endStatement(at);
        if (last === 'close' || (last === 'word' && lastAt < at - 1)) steps += 1;
    }
    deepest = Math.max(deepest, around + steps + branches);
    last = kind;
    lastAt = at;
    isNextLine = false;
  }
  return deepest;
}

/** True for `=`, `+=` and `=>`; false in a comparison. */
function isAssignment(code: string, at: number): boolean {
  return code[at + 1] !== '=' && !/[=!<>]/.test(code[at - 1] ?? '');
}

/** @returns the place of the last character of a template, or that of the `{` at which its text is interrupted. */
function endOfTemplateText(code: string, start: number): number {
  for (let at = start + 1; at < code.length; at += 1) {
    if (code[at] === '`' || (code[at] === '{' && code[at - 1] === '$')) return at;
    if (code[at] === '\\') at += 1;
  }
  return code.length;
}

function isBehind(what: RegExp, code: string, at: number): boolean {
  what.lastIndex = at + 1;
  return what.test(code);
}

/** @returns the place of the last character of a string, or of its line. */
function endOfText(code: string, start: number): number {
  const quote = code.charCodeAt(start);
  for (let at = start + 1; at < code.length; at += 1) {
    const character = code.charCodeAt(at);
    if (character === quote || character === newline) return at;
    if (character === backslash) at += 1;
  }
  return code.length;
}

/** @returns the place of the last character of a comment or a regular expression; of the slash itself where it divides. */
function endOfSlash(code: string, start: number, last: Kind): number {
  const [end, length] = code[start + 1] === '*' ? [code.indexOf('*/', start + 2), 2] : [code.indexOf('\n', start), 1];
  if (code[start + 1] === '*' || code[start + 1] === '/') return end < 0 ? code.length : end + length - 1;
  const divides = last === 'word' || last === 'close' || last === 'quote' || last === 'template';
  if (divides && !expressionBehind.test(code.slice(Math.max(0, start - 10), start))) return start;
  regularExpression.lastIndex = start;
  return regularExpression.test(code) ? regularExpression.lastIndex - 1 : start;
}
