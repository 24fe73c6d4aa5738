import type { Attempt } from '../../contracts/attempt.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../../contracts/run.ts';
import { type FlowVerdict, inRates, type Verdict } from '../../contracts/verdict.ts';
import { LiveLines } from '../../report/live-lines.ts';
import type { Terminal } from '../../report/terminal.ts';
import { timeLeft } from '../../report/time-left.ts';
import { successes } from '../../report/verdict/verdict-words.ts';
import { cellName } from '../../words/cell-names.ts';
import { symbols } from '../../words/text.ts';
import { drawInterval } from './draw-interval.ts';

/** Columns of the line with the interval: in logs and on a wide terminal, and on the narrowest. */
const lineWidth = { most: 51, least: 11 };

const legend = `Loss from 50 points better to 50 worse:
● so far, [ ] surely, ┼ none, ╎ margin.
All of [ ] left of ╎ promotes, right of ┼ it blocks.`;

/** Shows how the interval of each flow closes in: redrawn on a terminal, else a line at every look. Failures are printed as they come. */
export class GatePicture implements RunObserver {
  readonly #terminal: Terminal;
  readonly #lines: LiveLines;
  readonly #source: { standing: Verdict };
  readonly #lookTold = new Map<string, number | null>();
  readonly #expected: number;
  readonly #begun = new Map<string, number>();
  #standing: Verdict;
  #slots = 1;
  #ended = 0;
  #busyMs = 0;

  /**
   * @param source is asked after every attempt, so it has to hear of attempts before the picture does.
   * @param expected attempts of both versions until the decision.
   */
  constructor(terminal: Terminal, source: { standing: Verdict }, expected: number) {
    this.#terminal = terminal;
    this.#source = source;
    this.#standing = source.standing;
    this.#expected = expected;
    this.#lines = new LiveLines(terminal, () => [
      ...this.#standing.flows.flatMap((flow) => this.#flowLines(flow)),
      this.#madeLine(),
    ]);
  }

  runStarted(run: RunInfo, _plan: readonly PlannedCell[], slots: number): void {
    this.#slots = slots;
    this.#lines.print(`run ${run.id}, seed ${run.seed}\n${legend}`);
    for (const { flow, look } of this.#standing.flows) this.#lookTold.set(flow, look.reached);
    this.#lines.start();
  }

  slotsChanged(slots: number): void {
    this.#slots = slots;
  }

  attemptStarted(attemptId: string): void {
    this.#begun.set(attemptId, Date.now());
  }

  attemptEnded({ cell }: PlannedCell, { id, outcome, code, phase, durationMs }: Attempt): void {
    this.#standing = this.#source.standing;
    this.#begun.delete(id);
    this.#ended += 1;
    this.#busyMs += durationMs;
    const { colors } = this.#terminal;
    if (outcome !== 'passed') {
      const paint = outcome === 'failed' ? colors.red : colors.yellow;
      this.#lines.print(`${paint(symbols[outcome])} ${cellName(cell)}  ${code} in phase ${phase}`);
    }
    for (const flow of this.#standing.flows) {
      if (this.#lookTold.get(flow.flow) === flow.look.reached || flow.look.reached === null) continue;
      this.#lookTold.set(flow.flow, flow.look.reached);
      for (const line of this.#flowLines(flow)) this.#lines.print(line);
    }
  }

  runEnded(): void {
    this.#lines.stop();
  }

  /** `12 attempts made, about 40.0 s left`; without a time once more attempts were needed than expected. */
  #madeLine(): string {
    const now = Date.now();
    const left = timeLeft({
      left: this.#expected - this.#ended,
      ended: this.#ended,
      busyMs: this.#busyMs,
      runningMs: [...this.#begun.values()].reduce((sum, begun) => sum + now - begun, 0),
      slots: this.#slots,
    });
    return [`${this.#ended} attempts made`, ...(left === null ? [] : [left])].join(', ');
  }

  /** One line; three where the terminal is too narrow for it. */
  #flowLines(flow: FlowVerdict): string[] {
    const { colors, progressWidth: width } = this.#terminal;
    const next = flow.look.next === null ? 'at the cap' : `next look at ${flow.look.next}`;
    const rates = `baseline ${successes(inRates(flow).baseline)}, candidate ${successes(inRates(flow).candidate)}`;
    const looks = `${flow.pairs} pairs, ${next}`;
    const [left, right] = [`${flow.flow}  better `, ` worse  ${rates}, ${looks}`];
    const room = width - 1 - left.length - right.length;
    const wide = room >= lineWidth.least;
    const columns = wide ? room : width - 1 - left.length - ' worse'.length;
    const line = drawInterval(flow, Math.min(lineWidth.most, Math.max(lineWidth.least, columns)));
    const drawn = `${flow.flow}  ${colors.dim('better')} ${line} ${colors.dim('worse')}`;
    return wide ? [`${drawn}  ${rates}, ${looks}`] : [drawn, `  ${rates}`, `  ${looks}`];
  }
}
