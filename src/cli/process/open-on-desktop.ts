import { spawn } from 'node:child_process';

/** Opens a file as a double click does, where there is a desktop and somebody who sees it. */
export function openOnDesktop(file: string): void {
  const opener = desktopOpener();
  if (opener === null) return;
  spawn(opener, [file], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

/** The program that opens a file as a double click does; null where nobody would see it. */
function desktopOpener(): string | null {
  if (process.env.CI || !process.stdout.isTTY) return null;
  if (process.platform === 'darwin') return 'open';
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? 'xdg-open' : null;
}
