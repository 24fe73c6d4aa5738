import { InputError } from '../contracts/input-error.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import type { DeviceLease } from './device-leases.ts';

/** @throws InputError for a browser that is older than one that has opened a profile. */
export function checkBrowserAge(input: Pick<AttemptInput, 'browser'>, leases: readonly DeviceLease[]): void {
  const major = majorOf(input);
  for (const { account } of leases) {
    if (major >= account.browserMajor) continue;
    throw new InputError(
      `--browser ${input.browser.name}: Chromium ${major} would destroy the profile of account ${account.name}, which Chromium ${account.browserMajor} has opened`,
    );
  }
}

/** @throws InputError for a browser whose version is not known: the profile could not be pinned to it. */
export function majorOf({ browser: { name, version } }: Pick<AttemptInput, 'browser'>): number {
  const major = /\/(\d+)\./.exec(version)?.[1];
  if (major !== undefined) return Number(major);
  throw new InputError(
    `--browser ${name}: it says that its version is "${version}", which names no major version to pin the profile of a live account to`,
  );
}
