export interface FoundLink {
  href: string;
  url: string;
  index: number;
  suspiciousCharacters?: Set<string>;
}

/** Links in a text; an empty list when there are none. */
export function findLinks(text: string | undefined): FoundLink[] {
  return [...(text ?? '').matchAll(/\b(?:https?:\/\/|www\.)[^\s<>"]+/gi)].map((match) => ({
    url: match[0],
    href: match[0].startsWith('www.') ? `http://${match[0]}` : match[0],
    index: match.index,
  }));
}

export function findLink(text: string | undefined): FoundLink | null {
  return findLinks(text)[0] ?? null;
}
