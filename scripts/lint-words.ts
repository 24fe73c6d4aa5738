import { lintWords } from './words/lint-words.ts';

// npm run lint:words [-- PATH...]
process.exitCode = lintWords(process.argv.slice(2));
