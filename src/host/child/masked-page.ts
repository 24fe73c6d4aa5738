/**
 * Functions that run in the page, sent there as text: they use nothing but the DOM and `showsNothingPersonal`.
 *
 * A page shows pairing material before the login and the user's life after it. Text stays readable only on screens that are
 * known to come before the login and show neither a pairing code nor a field; on all others each letter and digit is masked.
 */

/** Evaluated in the page: its DOM as HTML, masked. */
export const maskedHtmlSource = inPage(maskedHtml);
/** Evaluated in the page before a picture: hides what `maskedHtmlSource` masks. */
export const hideForPictureSource = inPage(hideForPicture);
/** Evaluated in the page after a picture: true when it was hidden all the time. */
export const showAfterPictureSource = inPage(showAfterPicture);

function inPage(work: () => unknown): string {
  return `(() => { ${showsNothingPersonal}\nreturn (${work})(); })()`;
}

function showsNothingPersonal(): boolean {
  const beforeLogin = '[data-ref], progress, #wa_web_initial_startup, .landing-title';
  const life = '#side, #pane-side, #main, [role="grid"], [role="row"], [role="listitem"]';
  const fields = '[data-link-code], [contenteditable="true"], textarea, input:not([type="checkbox"])';
  return document.querySelector(beforeLogin) !== null && document.querySelector(`${life}, ${fields}`) === null;
}

/** The DOM as HTML without what no record holds, at most 512 Ki characters; loads nothing when it is shown. */
function maskedHtml(): string {
  const longest = 512 * 1024;
  const isReadable = showsNothingPersonal();
  const kept = new Set(
    'id class role dir lang type style width height max data-testid data-icon tabindex disabled hidden charset'.split(
      ' ',
    ),
  );
  const masked = (text: string) => text.replaceAll(/[\p{L}\p{N}]/gu, '·');
  // A pairing code stands in cells of one character; digits in a row may be a number.
  const withoutNumbers = (text: string) => text.replaceAll(/\+?\d[\d\s().-]{4,}\d/g, masked);
  const readable = (text: string) => (text.trim().length === 1 ? masked(text) : withoutNumbers(text));

  // A document of its own loads no pictures and runs no elements.
  const copy = document.implementation.createHTMLDocument('');
  const root = copy.importNode(document.documentElement, true);
  for (const element of root.querySelectorAll('script, noscript, iframe, frame, object, embed, link, base, template')) {
    element.remove();
  }
  const nodes = copy.createNodeIterator(root, NodeFilter.SHOW_ALL);
  const comments: Node[] = [];
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    if (node.nodeType === Node.COMMENT_NODE) comments.push(node);
    else if (node.nodeType === Node.TEXT_NODE) {
      const text = node.nodeValue ?? '';
      if (node.parentElement?.tagName === 'STYLE')
        node.nodeValue = text.replaceAll(/url\([^)]*\)|@import[^;]*;?/gi, '');
      else node.nodeValue = isReadable ? readable(text) : masked(text);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const element = node as Element;
      for (const { name, value } of [...element.attributes]) {
        const isProgress = name === 'value' && ['PROGRESS', 'METER'].includes(element.tagName);
        if (!kept.has(name) && !isProgress) element.setAttribute(name, '');
        else element.setAttribute(name, withoutNumbers(value.replaceAll(/url\([^)]*\)/gi, '')));
      }
    }
  }
  for (const comment of comments) comment.parentNode?.removeChild(comment);
  const head = root.querySelector('head') ?? root.insertBefore(copy.createElement('head'), root.firstChild);
  const policy = copy.createElement('meta');
  policy.setAttribute('http-equiv', 'Content-Security-Policy');
  policy.setAttribute('content', "default-src 'none'; style-src 'unsafe-inline'");
  const charset = copy.createElement('meta');
  charset.setAttribute('charset', 'utf-8');
  const placeholders = copy.createElement('style');
  placeholders.textContent = 'canvas, img, video { background: #ddd }';
  head.prepend(charset, policy, placeholders);
  const html = `<!doctype html>\n${root.outerHTML}\n`;
  return html.length > longest ? html.slice(0, longest) : html;
}

/** Hides in the picture what `maskedHtml` leaves out, by a style sheet that no observer of the DOM sees. */
function hideForPicture(): boolean {
  const isReadable = showsNothingPersonal();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .wwebjs-canary-picture {}
    canvas, [data-ref] *, img, picture, video, image, input, textarea { visibility: hidden !important; }
    *, *::before, *::after { background-image: none !important; ${isReadable ? '' : '-webkit-text-security: disc !important;'} }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return true;
}

/** Takes the style sheet away again; false in a document that did not have it. */
function showAfterPicture(): boolean {
  const isOurs = (sheet: CSSStyleSheet) =>
    (sheet.cssRules[0] as CSSStyleRule | undefined)?.selectorText === '.wwebjs-canary-picture';
  const others = document.adoptedStyleSheets.filter((sheet) => !isOurs(sheet));
  const wasThere = others.length < document.adoptedStyleSheets.length;
  document.adoptedStyleSheets = others;
  return wasThere;
}
