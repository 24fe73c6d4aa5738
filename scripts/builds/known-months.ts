import type { Confidence } from '../../src/contracts/build-data.ts';
import { readBuildDates } from '../../src/replica/builds/read-build-data.ts';
import { timelineOf } from '../../src/replica/builds/resolve-surface.ts';

/** What is known of the builds of one month. */
interface Month {
  /** `2026-08`. */
  month: string;
  /** Days of which a page is kept. */
  days: number;
  /** Archives of builds of this month, whole or in part. */
  archives: ('whole' | 'part')[];
  /** Dated changes by how sure they are, without those of archives and of the base. */
  changes: Partial<Record<Confidence, number>>;
}

/** Every month from the first Comet build to the newest known one. */
export function knownMonths(): Month[] {
  const { facts, archives } = timelineOf('comet').data;
  const [base] = facts.changes;
  const first = base?.date.slice(0, 7) ?? '';
  const months = new Map(
    monthsFrom(first, (facts.known.date ?? '').slice(0, 7)).map((month) => [month, emptyMonth(month)]),
  );
  const of = (date: string) => months.get(date.slice(0, 7)) ?? emptyMonth(date);
  for (const { date } of readBuildDates()) of(date).days += 1;
  for (const { date, complete } of archives.values()) of(date).archives.push(complete ? 'whole' : 'part');
  for (const { since, date, archive, confidence } of facts.changes) {
    if (archive !== undefined || since === base?.since) continue;
    const { changes } = of(date);
    changes[confidence] = (changes[confidence] ?? 0) + 1;
  }
  return [...months.values()];
}

/** The months as a picture of text, one line each. */
export function knownMonthsPicture(): string {
  const lines = knownMonths().map(({ month, days, archives, changes }) => {
    const marks = Object.entries(changes).map(([confidence, count]) => `${count} ${confidence}`);
    const pages = `${'█'.repeat(Math.ceil(days / daysPerMark)).padEnd(marksPerMonth, '·')} ${String(days).padStart(2)}`;
    return `${month}  ${pages}  ${archives.join(' ').padEnd(11)}  ${marks.join(', ')}`.trimEnd();
  });
  const head = `month    ${'days with a page'.padEnd(marksPerMonth + 3)}  ${'archives'.padEnd(11)}  dated changes`;
  return ['```text', head, ...lines, '```'].join('\n');
}

const daysPerMark = 2;
const marksPerMonth = 16;

function monthsFrom(first: string, last: string): string[] {
  const months: string[] = [];
  for (
    const at = new Date(`${first}-01T00:00:00Z`);
    at.toISOString().slice(0, 7) <= last;
    at.setUTCMonth(at.getUTCMonth() + 1)
  ) {
    months.push(at.toISOString().slice(0, 7));
  }
  return months;
}

function emptyMonth(month: string): Month {
  return { month, days: 0, archives: [], changes: {} };
}

const begin = '<!-- known per month: scripts/write-known-months.ts -->';
const end = '<!-- end of known per month -->';

/** The page with the picture between its marks. */
export function withKnownMonths(page: string): string {
  const [before, after] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  return `${page.slice(0, before)}\n\n${knownMonthsPicture()}\n\n${page.slice(after)}`;
}
