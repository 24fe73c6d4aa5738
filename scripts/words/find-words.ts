/** A way of writing that slows a reader down, and what to write instead. A space stands for any break between words, a new comment line too. */
interface Word {
  pattern: RegExp;
  instead: string;
}

const be = '(?:is|are|was|were|be|been|being|gets?|got)';

const words: Word[] = [
  word('(?:nobody|no one)', 'the subject and "not": "the account has no owner", "no person answers"'),
  word('(?:somebody|someone)', 'who it is: "a person", "an operator", "another instance"'),
  word('whoever', 'who it is: "the caller", "the owner of the lease"'),
  word('(?:anybody|anyone)', 'who it is: "any caller", "a user"'),
  word('(?:everybody|everyone)', 'who it is: "all accounts", "every reader"'),
  word('told', 'what happens: "reports", "notifies", "receives the event"'),
  word(`${be} said`, 'who reports it: "the report lists ...", "prints ..."'),
  word('what (?:became|becomes) of', '"the outcome of", "how ... ended"'),
  word('as (?:it is|they are)(?=[.,;:)]|$| (?:and|but|by|or|otherwise|printed)\\b)', '"unchanged", "directly"'),
  word('in order(?! (?:to|of|that|for)\\b)', '"gracefully"; for a sequence "in sequence", "oldest first"'),
  word(
    '(?:works?|exists?|counts?|runs?|answers?) no longer',
    'the verb last: "no longer works", or the term: "has expired"',
  ),
];

/** The word as it stands in a text, with the number of its line, from 1. */
export interface FoundWord {
  line: number;
  text: string;
  instead: string;
}

/** What of the list stands in a text, in the sequence of the text. A phrase is found across the lines of a comment and of joined strings. */
export function findWords(text: string): FoundWord[] {
  return words
    .flatMap(({ pattern, instead }) => [...text.matchAll(pattern)].map((match) => ({ match, instead })))
    .sort((one, other) => one.match.index - other.match.index)
    .map(({ match, instead }) => ({
      line: text.slice(0, match.index).split('\n').length,
      text: match[0].replace(/[^\w]+/g, ' '),
      instead,
    }));
}

function word(phrase: string, instead: string): Word {
  const gap = `(?:[ \\t]+|[ \\t'"\`+]*\\n[ \\t*#/'"\`>-]*)`;
  return { pattern: new RegExp(`\\b${phrase.replaceAll(' ', gap)}\\b`, 'gim'), instead };
}
