import { indexLibrary } from './index-library.ts';

// A process of its own: the parser and the trees that it makes take some 100 MB, which the runner cannot spare.
process.stdout.write(JSON.stringify(indexLibrary(process.argv[2] ?? '')));
