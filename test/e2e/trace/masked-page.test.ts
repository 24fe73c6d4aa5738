import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hideForPictureSource, maskedHtmlSource, showAfterPictureSource } from '../../../src/host/child/masked-page.ts';
import { openViewer } from '../../support/open-viewer.ts';

let viewer: Browser;
let page: Page;
beforeAll(async () => {
  viewer = await openViewer();
  page = await viewer.newPage();
});
afterAll(() => viewer?.close());

const masked = async (body: string) => {
  await page.setContent(`<!doctype html><head><title>WhatsApp</title></head><body>${body}</body>`);
  return (await page.evaluate(maskedHtmlSource)) as string;
};

/** A word, a name, a number as people write it, a key. */
const secrets = fc.record({
  text: fc.stringMatching(/^[a-z]{6,12} [a-zäöüßñ]{6,12}$/),
  name: fc.stringMatching(/^[A-Z][a-z]{7,12}$/),
  number: fc.stringMatching(/^\+[1-9]\d{2} \d{3} \d{4,5}$/),
  key: fc.stringMatching(/^2@[A-Za-z0-9+/]{30,44}$/),
});

test('of a page after the login no text, name, number or address is left, wherever it stands', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, async ({ text, name, number, key }) => {
      const html = await masked(`
        <progress value="3" max="9"></progress>
        <div id="side" title="${name}"><div role="grid" aria-label="${text}">
          <div role="listitem" data-id="false_${number.replaceAll(/\D/g, '')}@c.us_3EB0" data-testid="cell-${number.replaceAll(/\D/g, '')}">
            <span title="${number}">${number}</span><b>${name}</b> ${text}
            <img src="blob:${key}" alt="${name}"><a href="https://wa.me/${number}">${text}</a>
          </div></div></div>
        <div style="background-image: url(https://pps.whatsapp.net/${key})"></div>
        <input value="${text}"><textarea>${text}</textarea><div contenteditable="true">${text}</div>
        <!-- ${text} --><script type="application/json">${JSON.stringify({ text, key })}</script>
        <iframe srcdoc="${name}"></iframe><template><p>${text}</p></template>`);
      for (const secret of [text, ...text.split(' '), name, number, number.replaceAll(/\D/g, ''), key])
        expect(html).not.toContain(secret);
      expect(html).toContain('role="grid"');
      expect(html).toContain('<progress value="3" max="9">');
    }),
    { numRuns: 30 },
  );
});

test('of the page with codes neither the code nor the number to link is left; its words are', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, async ({ number, key }) => {
      const html = await masked(
        `<h1>Scan to log in</h1><div data-ref="${key}"><canvas aria-label="${key}"></canvas></div><p>Linking ${number}</p>`,
      );
      expect(html).not.toContain(key);
      expect(html).not.toContain(number);
      expect(html).toContain('Scan to log in');
    }),
    { numRuns: 10 },
  );
});

test('a pairing code that stands in cells of one character is masked with everything around it', async () => {
  const cells = [...'ABCD1234'].map((letter) => `<span>${letter}</span>`).join('');
  const html = await masked(`<progress></progress><div data-link-code="A,B,C,D,1,2,3,4">Enter code ${cells}</div>`);
  expect(html.replaceAll(/<[^>]*>/g, '')).not.toMatch(/[ABCD1234]|Enter/);
  expect(html).not.toContain('A,B,C');
});

test('a page that is not known to come before the login is masked', async () => {
  expect(await masked('<p>Anything at all</p>')).not.toContain('Anything');
});

test('the HTML runs and loads nothing, and the page itself is left as it was', async () => {
  const body =
    '<progress></progress><img src="https://example.invalid/a.png" onerror="window.hit = 1"><p onclick="x">a b</p>';
  const html = await masked(body);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/example\.invalid|window\.hit|onclick="x"/);
  expect(await page.content()).toContain('onclick="x"');
  expect(await page.evaluate(() => document.querySelectorAll('style, meta').length)).toBe(0);
});

test('in a picture codes, texts and pictures of users are hidden, without a change to the DOM', async () => {
  await page.setContent('<div id="side">Alice wrote this</div><canvas width="50" height="50"></canvas>');
  await page.evaluate(() => {
    Object.assign(window, { changes: 0 });
    const observer = new MutationObserver((all) => Object.assign(window, { changes: all.length }));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const style = () =>
    page.evaluate(() => ({
      canvas: getComputedStyle(document.querySelector('canvas') as Element).visibility,
      text: getComputedStyle(document.querySelector('#side') as Element).getPropertyValue('-webkit-text-security'),
    }));
  expect(await page.evaluate(hideForPictureSource)).toBe(true);
  expect(await style()).toEqual({ canvas: 'hidden', text: 'disc' });
  expect(await page.evaluate(showAfterPictureSource)).toBe(true);
  expect(await style()).toEqual({ canvas: 'visible', text: 'none' });
  expect(await page.evaluate(() => (window as unknown as { changes: number }).changes)).toBe(0);
});

test('a page that became another one before its picture was taken was not hidden', async () => {
  await page.evaluate(hideForPictureSource);
  await page.reload();
  expect(await page.evaluate(showAfterPictureSource)).toBe(false);
});
