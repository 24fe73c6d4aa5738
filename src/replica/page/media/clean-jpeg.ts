/** Markers of a JPEG whose segment is left out: thumbnails, places and programs of the camera. */
const isMetadata = (marker: number) => marker === 0xe1 || marker === 0xed || marker === 0xfe;
const isHeader = (marker: number) => marker === 0xe0;
/** Other APP segments change how the picture looks. */
const isUnknownApp = (marker: number) => marker >= 0xe2 && marker <= 0xef && marker !== 0xed;

const startOfScan = 0xda;
const endOfImage = 0xd9;

/**
 * A JPEG without its metadata, as the page sends one that need not be resized. The picture itself stays byte for byte.
 *
 * @returns null for what is none, or has segments that the page does not know: it draws and compresses those again.
 */
export function cleanJpeg(bytes: Uint8Array): Uint8Array[] | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const kept: Uint8Array[] = [];
  let header: Uint8Array | undefined;
  let hasExif = false;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || isUnknownApp(marker)) return null;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const segment = bytes.subarray(at, at + 2 + length);
    if (marker === startOfScan) {
      const end = endOf(bytes);
      return end === null || !(header || hasExif) ? null : [headerOf(header), ...kept, bytes.subarray(at, end)];
    }
    if (isHeader(marker)) header ??= segment;
    else if (marker === 0xe1) hasExif = true;
    if (!isHeader(marker) && !isMetadata(marker)) kept.push(segment);
    at += 2 + length;
  }
  return null;
}

/** Start of image and a JFIF segment without a thumbnail, with the version and density that the file has. */
function headerOf(segment: Uint8Array | undefined): Uint8Array {
  const about = segment?.subarray(9, 16) ?? [1, 1, 0, 0, 1, 0, 1];
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, ...about, 0, 0);
}

/** Where the image ends; what follows is no part of it. */
function endOf(bytes: Uint8Array): number | null {
  for (let at = bytes.length - 2; at > 2; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === endOfImage) return at + 2;
  }
  return null;
}
