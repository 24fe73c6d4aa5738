import { spawn } from 'node:child_process';
import { onCi } from '../../contracts/on-ci.ts';

/** Opens a file like a double click, if there is a desktop and a terminal. */
export function openOnDesktop(file: string): void {
  const opener = desktopOpener();
  if (opener === null) return;
  spawn(opener, [file], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

/** The program that opens a file like a double click; null without a desktop. */
function desktopOpener(): string | null {
  if (onCi() || !process.stdout.isTTY) return null;
  if (process.platform === 'darwin') return 'open';
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? 'xdg-open' : null;
}
