import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bareUrl } from '../../../src/host/child/watch-requests.ts';

test.each([
  ['https://web.whatsapp.com/static/app.js', 'https://web.whatsapp.com/static/app.js'],
  [
    'https://web.whatsapp.com/manifest-2.3000.1032534684.json',
    'https://web.whatsapp.com/manifest-2.3000.1032534684.json',
  ],
  ['https://wa.me/15550100123?text=hi', 'https://wa.me/…?text=…'],
  ['https://pps.whatsapp.net/v/pic.jpg?oh=secret&oe=6#part', 'https://pps.whatsapp.net/v/pic.jpg?oh=…&oe=…'],
  ['data:image/png;base64,AAAA', 'data:…'],
  ['no address', ''],
])('%s is logged as %s', (url, logged) => {
  expect(bareUrl(url)).toBe(logged);
});

test('no value of a query, no part behind # and no number in the path is logged', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);
  const number = fc.stringMatching(/^[1-9]\d{9,14}$/);
  fc.assert(
    fc.property(secret, secret, number, (value, part, digits) => {
      const logged = bareUrl(
        `https://user:${part}@web.whatsapp.com/send/${digits}?phone=${digits}&text=${value}#${part}`,
      );
      for (const private_ of [value, part, digits]) expect(logged).not.toContain(private_);
    }),
  );
});
