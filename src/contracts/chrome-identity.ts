/** How a desktop Chrome on Linux names itself to a site. */
export interface ChromeIdentity {
  userAgent: string;
  /** With their major versions, in the sequence in which Chrome sends them. */
  brands: { brand: string; version: string }[];
  platform: 'Linux';
}

/**
 * What Chrome of a major version says of itself; a browser without a window names itself HeadlessChrome, which WhatsApp Web refuses.
 * The made-up brand and the sequence follow from the version. [Chromium, components/embedder_support/user_agent_utils.cc]
 */
export function chromeIdentity(major: number): ChromeIdentity {
  const [marks, versions] = [' (:-./);=?_', ['8', '99', '24']];
  const mark = (at: number) => marks.charAt(at % marks.length);
  const own = [
    { brand: `Not${mark(major)}A${mark(major + 1)}Brand`, version: versions[major % versions.length] as string },
    { brand: 'Chromium', version: String(major) },
    { brand: 'Google Chrome', version: String(major) },
  ];
  const places = ['012', '021', '102', '120', '201', '210'][major % 6] as string;
  const brands = own.map((_, place) => own[places.indexOf(String(place))] as (typeof own)[number]);
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  return { userAgent, brands, platform: 'Linux' };
}

/** The language of a browser; in the locale C, that of servers and containers, Chromium would say `en-US@posix`, as no browser of a person does. */
export function browserLanguage(lang = process.env.LANG): string {
  return lang === undefined || lang === '' || /^(C|POSIX)(\.|$)/.test(lang) ? 'en_US.UTF-8' : lang;
}
