import { spawn } from 'node:child_process';
import { TroubleError } from '../contracts/input-error.ts';
import { diskTrouble, isDiskCode } from './disk-trouble.ts';

/**
 * An error of npm other than of network and disk; `code` is npm's own, e.g. `ETARGET`. Trouble unless a caller knows by the code that the
 * input is wrong.
 */
export class NpmError extends TroubleError {
  override name = 'NpmError';
  readonly code: string;

  constructor(code: string, summary: string) {
    super(`npm failed (${code}): ${summary}`);
    this.code = code;
  }
}

const networkCodes = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'ERR_SOCKET_TIMEOUT',
  'FETCH_ERROR',
  'E401',
  'E403',
  'E407',
  'E500',
  'E502',
  'E503',
  'E504',
]);

/** Codes of OpenSSL and Node for a certificate that is not accepted (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const certificateCode = /CERT|CRL|^UNABLE_TO_|^INVALID_(?:CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

/** No install script of a package runs; with npm's default retries a machine without network would wait for minutes. */
const alwaysOptions = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/**
 * Runs npm in `folder` and resolves to its standard output, which is JSON.
 *
 * @throws TroubleError when npm is missing, the registry cannot be reached, its certificate is not trusted, or the folder cannot be
 * written to.
 * @throws NpmError for everything else.
 */
export async function npm(args: readonly string[], folder: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runNpm([...args, '--json', ...alwaysOptions], folder);
  if (exitCode === 0) return stdout;
  const { code, summary } = readNpmError(stdout, stderr);
  if (networkCodes.has(code)) {
    throw new TroubleError(
      `npm cannot reach its registry (${code}): ${firstLine(summary)}; check network, proxy and .npmrc`,
    );
  }
  if (certificateCode.test(code)) {
    throw new TroubleError(
      `npm does not trust the certificate of its registry (${code}): ${firstLine(summary)}; where a proxy issues it, name the proxy's authority in NODE_EXTRA_CA_CERTS, or as cafile in .npmrc`,
    );
  }
  if (isDiskCode(code)) throw diskTrouble({ code }, folder);
  throw new NpmError(code, firstLine(summary));
}

/** Installs exactly what the lockfile in `folder` says, with its integrity hashes. */
export async function npmCi(folder: string): Promise<void> {
  await npm(['ci', '--include=optional', '--omit=dev'], folder);
}

function runNpm(args: readonly string[], folder: string) {
  return new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const endWithUs = () => child.kill();
    process.once('exit', endWithUs);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      process.off('exit', endWithUs);
      reject(error.code === 'ENOENT' ? new TroubleError('npm is not in PATH; install npm 11 or newer') : error);
    });
    child.once('close', (exitCode) => {
      process.off('exit', endWithUs);
      resolve({ exitCode, stdout, stderr });
    });
  });
}

function readNpmError(stdout: string, stderr: string): { code: string; summary: string } {
  try {
    const { error } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { error: { code?: string; summary?: string } };
    return { code: error.code ?? 'UNKNOWN', summary: error.summary || stderr };
  } catch {
    return { code: /npm error code (\w+)/.exec(stderr)?.[1] ?? 'UNKNOWN', summary: stderr || stdout };
  }
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')[0]
      ?.replace(/^npm error /, '') ?? ''
  );
}
