import { indexLibrary } from './index-library.ts';

// Runs in a separate process, since the parser and its trees take about 100 MB.
process.stdout.write(JSON.stringify(indexLibrary(process.argv[2] ?? '')));
