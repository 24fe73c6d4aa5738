import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import encodeQR from 'qr';
import { makeFolder } from '../contracts/make-folder.ts';
import { Refusal } from '../contracts/refusal.ts';
import { Finding } from '../runner/finding.ts';
import { qrPng } from '../service/qr-image.ts';

/** What a command that has the phone may write as its last line, when the phone refuses for its account. */
const refusals = ['passkey-required', 'account-restricted', 'account-banned'] as const;

interface CodeShowerOptions {
  account: string;
  /** A command of a shell that scans or types the code; without one a person does. */
  onCode?: string | undefined;
  /** Where each QR code is written as PNG for a person; removed by `close`. */
  file: string;
  /** Writes for a person. */
  write(text: string): void;
}

/** Shows codes to the person or the command that has the phone of an account. */
export class CodeShower {
  readonly #options: CodeShowerOptions;
  #isWritten = false;
  readonly #over = new AbortController();

  constructor(options: CodeShowerOptions) {
    this.#options = options;
  }

  /**
   * @param code a QR text, or a pairing code.
   * @throws Refusal for what the command reported of the account; Finding when it failed otherwise.
   */
  async show(kind: 'qr' | 'pairing', code: string): Promise<void> {
    const { account, onCode, file, write } = this.#options;
    if (onCode !== undefined) return runOnCode(onCode, { account, kind, code }, this.#over.signal);
    if (kind === 'pairing') {
      write(`account ${account}: type this code on the phone (Linked devices, Link with phone number): ${code}\n`);
      return;
    }
    makeFolder(dirname(file));
    this.#isWritten = true;
    writeFileSync(file, qrPng(code), { mode: 0o600 });
    write(
      `${encodeQR(code, 'term')}\naccount ${account}: scan this code on the phone (Linked devices); as a picture: ${file}\n`,
    );
  }

  /** Removes the picture, where there is one, and ends a command that still runs. */
  close(): void {
    this.#over.abort();
    if (this.#isWritten) rmSync(this.#options.file, { force: true });
  }
}

/** The code is in the environment and on the standard input of the command: other users of the machine see its arguments. */
async function runOnCode(
  command: string,
  { account, kind, code }: { account: string; kind: string; code: string },
  over: AbortSignal,
): Promise<void> {
  const env = {
    ...process.env,
    ...{ WWEBJS_CANARY_ACCOUNT: account, WWEBJS_CANARY_CODE_KIND: kind, WWEBJS_CANARY_CODE: code },
  };
  // A group of its own, so that what the shell has started ends with it.
  const child = spawn(command, { shell: true, env, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const end = () => killGroup(child);
  over.addEventListener('abort', end);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(`${code}\n`);
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  over.removeEventListener('abort', end);
  if (status === 0) return;
  const last = said.trim().split('\n').at(-1) ?? '';
  const refusal = refusals.find((each) => each === last);
  if (refusal) throw new Refusal(refusal, 'the command of --on-code says so');
  throw new Finding('not-scanned', `the command of --on-code ended with ${signal ?? status}${last && `: ${last}`}`);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has just ended.
  }
}
