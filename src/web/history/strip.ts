import './valid-language.ts';
import uPlot from 'uplot';
import { el } from '../dom.ts';
import { tickName } from './bucket-words.ts';

/** One bucket of a strip: a thick line in a band. */
export interface StripMark {
  low: number;
  line: number;
  high: number;
}

/** One series over time, drawn as a separate strip, so that series need no colours to be distinct. */
export interface Strip {
  /** The label beside the strip. */
  name: string;
  /** Description for screen readers. */
  title: string;
  /** Starts of the buckets, milliseconds since 1970. */
  starts: readonly number[];
  bucketMs: number;
  /** One per bucket; null is a gap. */
  marks: readonly (StripMark | null)[];
  /** The scale goes from 0 to this value. */
  top: number;
  /** Values of the scale with a line and a label. */
  ticks: readonly number[];
  tick(value: number): string;
  /** A bucket in words. */
  words(place: number): string;
  /** True for the last strip, which has the dates below it. */
  dated: boolean;
}

const plotHeight = 76;
const datesHeight = 34;
const scaleWidth = 52;

/** Strips with the same key show the same bucket under the pointer. */
export function stripView(strip: Strip, key: string): HTMLElement {
  const newest = strip.marks.findLastIndex((mark) => mark !== null);
  const said = el('output', { class: 'said' }, strip.words(newest));
  const frame = el('div', { class: 'strip-plot', tabindex: '0', role: 'slider', 'aria-label': strip.title });
  frame.setAttribute('aria-valuemin', '0');
  frame.setAttribute('aria-valuemax', String(strip.marks.length - 1));
  const say = (place: number) => {
    said.textContent = strip.words(place);
    frame.setAttribute('aria-valuenow', String(place));
    frame.setAttribute('aria-valuetext', strip.words(place));
  };
  say(newest);
  draw(frame, strip, key, newest, say);
  return el(
    'div',
    { class: 'strip' },
    el('div', { class: 'strip-head' }, el('span', { class: 'name' }, strip.name), said),
    frame,
  );
}

/** Draws as soon as the frame has a width, and again when the width or the colours change. */
function draw(frame: HTMLElement, strip: Strip, key: string, newest: number, say: (place: number) => void): void {
  let plot: uPlot | undefined;
  const height = plotHeight + (strip.dated ? datesHeight : 0);
  frame.style.height = `${height}px`;
  new ResizeObserver(() => {
    const width = frame.clientWidth;
    if (width === 0) return;
    if (plot) plot.setSize({ width, height });
    else plot = new uPlot({ width, height, ...plotOptions(frame, strip, key, newest, say) }, plotData(strip), frame);
  }).observe(frame);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot?.redraw(false));
  let place = newest;
  frame.addEventListener('keydown', (event) => {
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: strip.marks.length - 1 }[event.key];
    if (to === undefined || !plot) return;
    event.preventDefault();
    place = Math.min(Math.max(to, 0), strip.marks.length - 1);
    const middle = ((strip.starts[place] as number) + strip.bucketMs / 2) / 1000;
    plot.setCursor({ left: plot.valToPos(middle, 'x'), top: plotHeight / 2 });
  });
}

/** Every bucket is drawn from its start to its end, so that one between two gaps is visible. */
function plotData({ starts, bucketMs, marks }: Strip): uPlot.AlignedData {
  const twice = (value: (mark: StripMark) => number) =>
    marks.flatMap((mark) => (mark ? [value(mark), value(mark)] : [null, null]));
  return [
    starts.flatMap((start) => [start / 1000, (start + bucketMs * 0.97) / 1000]),
    twice(({ line }) => line),
    twice(({ low }) => low),
    twice(({ high }) => high),
  ];
}

function plotOptions(
  frame: HTMLElement,
  { starts, bucketMs, top, ticks, tick, dated }: Strip,
  key: string,
  newest: number,
  say: (place: number) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const color = (name: string) => () => getComputedStyle(frame).getPropertyValue(`--${name}`).trim();
  const [from, to] = [(starts[0] as number) / 1000, ((starts.at(-1) as number) + bucketMs) / 1000];
  const font = '12px system-ui, sans-serif';
  const edge = { stroke: color('band-edge'), width: 1, points: { show: false } };
  return {
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    padding: [6, 22, dated ? 0 : 6, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key } },
    scales: { x: { time: true, range: [from, to] }, y: { range: [-0.05 * top, 1.05 * top] } },
    axes: [
      {
        show: dated,
        size: datesHeight,
        space: 64,
        gap: 12,
        font,
        stroke: color('faint'),
        grid: { show: false },
        ticks: { show: false },
        values: (_, seconds) => seconds.map((second) => tickName(second * 1000)),
      },
      {
        size: scaleWidth,
        gap: 4,
        font,
        stroke: color('faint'),
        grid: { stroke: color('line'), width: 1 },
        ticks: { show: false },
        splits: () => [...ticks],
        values: (_, values) => values.map(tick),
      },
    ],
    series: [{}, { stroke: color('accent'), width: 2.5, points: { show: false } }, edge, edge],
    bands: [{ series: [3, 2], fill: color('band') as unknown as string }],
    hooks: { setCursor: [({ cursor }) => say(typeof cursor.idx === 'number' ? cursor.idx >> 1 : newest)] },
  };
}
