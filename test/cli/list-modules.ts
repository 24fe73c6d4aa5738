/** Preloaded with `--import`: at exit the last line of stderr is the list of every module of the project that was loaded, as JSON. */
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/contracts/home.ts';

const loaded = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) loaded.add(relative(packageRoot, fileURLToPath(url)));
    return nextLoad(url, context);
  },
});
process.on('exit', () => process.stderr.write(`\n${JSON.stringify([...loaded])}`));
