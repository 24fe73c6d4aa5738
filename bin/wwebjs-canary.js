#!/usr/bin/env node
// Starts the command line with a Node that can run it. Plain JavaScript, because an older Node reads this file too.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import module from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src', 'cli', 'main.ts');
/** A checkout runs its source; the package has no source, only what `npm run build` made of it. */
const isCheckout = existsSync(source);
const entry = isCheckout ? source : join(root, 'dist', 'src', 'cli', 'main.js');

/**
 * Where Node keeps code between starts, compiled and without its types. It is enabled before the entry is loaded: for a single file
 * that is not in the cache Node loads its type stripper, which keeps 16 MB (measured over 500 attempts: 145 MB instead of 129).
 */
const compileCache = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'node-compile-cache');

/** `exitCode.trouble` of src/contracts/exit-code.ts, which this Node may not be able to read. */
const trouble = 4;

if (isCheckout && !existsSync(join(root, 'node_modules'))) {
  complain(
    'the dependencies are not installed; run "npm run quickstart" or "npm test" once, or "npm ci --ignore-scripts"',
  );
} else if (isCheckout ? process.features.typescript : isNewEnough()) {
  module.enableCompileCache(compileCache);
  endWithLauncher(() => process.kill(process.pid, 'SIGTERM'));
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
} else {
  const node = nodeBesideProject();
  if (node) runWith(node);
  else {
    const help = isCheckout
      ? 'run "npm run quickstart" once, which puts a Node 24 beside the project, or install one'
      : 'install Node 24, for example with "nvm install 24", and start the command again with it';
    complain(`Node ${process.version} is too old, 22.18 or newer is needed; ${help}`);
  }
}

/** What `engines` of package.json says. 22.18 is also the first that runs TypeScript, such as a user's flow, without a flag. */
function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 18);
}

/** The Node that scripts/with-node.sh installed, or undefined. */
function nodeBesideProject() {
  const tools = join(root, '.toolchain');
  const toolchains = existsSync(tools) ? readdirSync(tools).filter((name) => name.startsWith('node-')) : [];
  return toolchains
    .map((name) => join(tools, name, 'node_modules'))
    .filter(existsSync)
    .flatMap((modules) => readdirSync(modules).map((name) => join(modules, name, 'bin')))
    .find((bin) => existsSync(join(bin, 'node')));
}

/** Ends as the program ends. Signals are passed on; one that the terminal sent to both counts once there. */
function runWith(bin) {
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const args = ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)];
  const child = spawn(join(bin, 'node'), args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  endWithLauncher(() => child.kill('SIGTERM'));
  child.on('error', (error) => complain(error.message));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/**
 * npm and npx pass SIGTERM to the shell that they start this command with. The shell ends and passes nothing on, so a shell that is
 * gone counts as SIGTERM. A script that puts this command into the background ends its shell too; such a script has an `&`.
 */
function endWithLauncher(end) {
  const script = process.env.npm_lifecycle_script ?? '';
  if (!script.includes('wwebjs-canary') || script.includes('&')) return;
  const launcher = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}

function complain(message) {
  process.stderr.write(`wwebjs-canary: ${message}\n`);
  process.exitCode = trouble;
}
