import { z } from 'zod';

/** What an account changes of its browser. */

const userinfo = `([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,200}`;
const host = '([A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}\\])';

/** HTTP and SOCKS5, with credentials or without; a path or a query has no meaning. */
export const proxySchema = z
  .string()
  .max(700)
  .regex(
    new RegExp(`^(http|socks5)://(${userinfo}:${userinfo}@)?${host}:[0-9]{1,5}$`),
    'an address such as http://user:password@proxy.example.org:3128 or socks5://proxy.example.org:1080',
  )
  .refine(hasParts, 'an address with a host, a port up to 65535, and percent-encoded UTF-8 in its credentials');

function hasParts(address: string): boolean {
  try {
    const { username, password } = new URL(address);
    return [username, password].every((part) => decodeURIComponent(part) !== null);
  } catch {
    return false;
  }
}

/** The arguments that an account may have, each with the values that it takes; those without a value take none. */
const allowed = [
  '--lang=[a-z]{2,3}(-[A-Z]{2})?',
  '--accept-lang=[A-Za-z0-9,.-]{1,100}',
  '--window-size=[0-9]{3,4},[0-9]{3,4}',
  '--force-device-scale-factor=[1-4]([.][0-9])?',
  '--force-webrtc-ip-handling-policy=(default_public_interface_only|disable_non_proxied_udp)',
  '--disk-cache-size=[0-9]{1,10}',
  '--renderer-process-limit=[0-9]{1,2}',
  '--js-flags=--max-old-space-size=[0-9]{2,5}',
  '--blink-settings=imagesEnabled=(true|false)',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--mute-audio',
];

export const browserArgumentSchema = z
  .string()
  .regex(
    new RegExp(`^(${allowed.join('|')})$`),
    'an argument of the list in docs/service.md, with a value that it takes',
  );

export const accountBrowserSchema = z.strictObject({
  proxy: proxySchema.nullable().describe('null: the browser connects directly'),
  arguments: z.array(browserArgumentSchema).max(20),
});
/** A proxy with its credentials, and further arguments of the browser. */
export type AccountBrowser = z.output<typeof accountBrowserSchema>;

/** How a proxy is shown: its credentials never are. */
export const shownProxySchema = z.strictObject({
  url: z.string().describe('without credentials'),
  hasCredentials: z.boolean(),
});

export const proxyTestSchema = z.strictObject({
  works: z.boolean(),
  /** Milliseconds until the proxy had connected, or had refused. */
  ms: z.int(),
  /** Why it does not work; null when it does. */
  reason: z.string().nullable(),
});
