import { readProduct } from '../browser/probe-browser.ts';
import { InputError } from '../contracts/input-error.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import type { DeviceLease } from './device-leases.ts';
import type { LiveAccount } from './pool-tables.ts';

/** What the profile of an account is pinned to. */
export type ProfileBrowser = Pick<LiveAccount, 'browserMajor' | 'browserProduct'>;

type Given = Pick<AttemptInput, 'browser'>;

/** @throws InputError for a browser that is older than one that has opened a profile, and for another product. */
export async function checkProfileBrowser(input: Given, leases: readonly DeviceLease[]): Promise<void> {
  const { browserMajor: major, browserProduct: product } = await profileBrowser(input);
  for (const { account } of leases) {
    const { name, browserMajor, browserProduct } = account;
    if (major < browserMajor)
      throw new InputError(
        `--browser ${input.browser.name}: Chromium ${major} would destroy the profile of account ${name}, which Chromium ${browserMajor} has opened`,
      );
    if (browserProduct !== null && product !== browserProduct)
      throw new InputError(
        `--browser ${input.browser.name}: it is ${product}, and would destroy the profile of account ${name}, which ${browserProduct} has opened; use that product, or link the account anew with this one`,
      );
  }
}

/** @throws InputError for a browser whose version is not known. */
export async function profileBrowser(input: Given): Promise<ProfileBrowser> {
  const browserMajor = majorOf(input);
  return { browserMajor, browserProduct: await readProduct(input.browser) };
}

/** @throws InputError for a browser whose version is not known: the profile could not be pinned to it. */
function majorOf({ browser: { name, version } }: Given): number {
  const major = /\/(\d+)\./.exec(version)?.[1];
  if (major !== undefined) return Number(major);
  throw new InputError(
    `--browser ${name}: it says that its version is "${version}", which names no major version to pin the profile of a live account to`,
  );
}
