import { ensureLibrary } from '../../src/library/ensure-library.ts';

/** Installs and uses the library that is named, says so, and goes on until it is killed. */
const [spec = ''] = process.argv.slice(2);
const { label, root } = await ensureLibrary(spec, () => {});
process.stdout.write(`${JSON.stringify({ label, root })}\n`);
setInterval(() => {}, 1_000);
