import { exitCode } from '../src/contracts/exit-code.ts';
import { packageRoot } from '../src/contracts/home.ts';
import { ensureNodeModules } from './set-up/ensure-node-modules.ts';

/** Makes `node_modules` what package-lock.json wants. Uses nothing of node_modules itself. */
try {
  await ensureNodeModules(packageRoot, (line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`wwebjs-canary: ${(error as Error).message}\n`);
  process.exitCode = exitCode.trouble;
}
