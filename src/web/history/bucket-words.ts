const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const utc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const day = utc({ day: 'numeric', month: 'short' });
const clock = utc({ hour: '2-digit', minute: '2-digit' });
const dayAndClock = utc({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** Names a bucket by its start, in UTC: `14 Nov`, `14 Nov, 06:00`, `week of 16 Nov`. */
export function bucketName(start: number, bucketMs: number): string {
  if (bucketMs < dayMs) return dayAndClock.format(start);
  return bucketMs === dayMs ? day.format(start) : `week of ${day.format(start)}`;
}

/** The label of an axis at a time: the day, and between days the hour. */
export function tickName(at: number): string {
  return at % dayMs === 0 ? day.format(at) : clock.format(at);
}

/** `an hour`, `6 hours`, `a day`, `a week`. */
export function bucketLength(bucketMs: number): string {
  if (bucketMs < dayMs) return bucketMs === hourMs ? 'an hour' : `${bucketMs / hourMs} hours`;
  return bucketMs === dayMs ? 'a day' : 'a week';
}

const units: Record<string, string> = { h: 'hour', d: 'day', w: 'week' };

/** The length of a window: `30d` is `30 days`. */
export function windowName(window: string): string {
  const amount = window.slice(0, -1);
  return `${amount} ${units[window.slice(-1)]}${amount === '1' ? '' : 's'}`;
}

/** A moment in UTC: `14 Nov, 06:12`. */
export function momentName(iso: string): string {
  return dayAndClock.format(Date.parse(iso));
}
