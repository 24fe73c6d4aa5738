import encodeQr from 'qr';

/** Width of the code on the real page. */
export const qrPixels = 228;

/** A canvas with the QR code, without quiet zone: the screen around it is white. */
export function drawQr(text: string): HTMLCanvasElement {
  const border = 1;
  const rows = encodeQr(text, 'raw', { ecc: 'low', border }).slice(border, -border);
  const module = Math.floor(qrPixels / rows.length);
  const offset = Math.floor((qrPixels - module * rows.length) / 2);
  const canvas = document.createElement('canvas');
  canvas.width = qrPixels;
  canvas.height = qrPixels;
  canvas.setAttribute('aria-label', 'Scan this QR code to link a device!');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser has no 2d canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, qrPixels, qrPixels);
  context.fillStyle = '#122e31';
  rows.forEach((row, y) => {
    row.slice(border, -border).forEach((dark, x) => {
      if (dark) context.fillRect(offset + x * module, offset + y * module, module, module);
    });
  });
  return canvas;
}
