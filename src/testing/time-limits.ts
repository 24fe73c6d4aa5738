/** Time limit of a test with its link, in milliseconds. */
export const defaultTestMs = 120_000;

/** Time limit of finding the browser, which may have to be downloaded first, in milliseconds. */
export const browserMs = 300_000;
