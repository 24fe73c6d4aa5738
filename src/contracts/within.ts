/** There was no result in time; whether there will be one is not known. */
export class Late extends Error {
  override name = 'Late';
}

/**
 * The result of `work`, if it comes in time.
 *
 * @throws Late when `ms` milliseconds are over; `work` continues, and its result is dropped.
 */
export async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
