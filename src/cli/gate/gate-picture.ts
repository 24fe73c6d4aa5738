import type { Attempt } from '../../contracts/attempt.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../../contracts/run.ts';
import type { FlowVerdict, Verdict } from '../../contracts/verdict.ts';
import { LiveLines } from '../../report/live-lines.ts';
import type { Terminal } from '../../report/terminal.ts';
import { successes } from '../../report/verdict/verdict-words.ts';
import { cellName } from '../../words/cell-names.ts';
import { symbols } from '../../words/text.ts';
import { drawInterval } from './draw-interval.ts';

/** Columns of the line with the interval: in logs and on a wide terminal, and on the narrowest. */
const lineWidth = { most: 51, least: 11 };

const legend = `Loss from 50 points better to 50 worse: ● so far, [ ] surely, ┼ none, ╎ margin.
All of [ ] left of ╎ promotes, all of it right of ┼ blocks.`;

/** Shows how the interval of each flow closes in: redrawn on a terminal, else a line at every look. Failures are printed as they come. */
export class GatePicture implements RunObserver {
  readonly #terminal: Terminal;
  readonly #lines: LiveLines;
  readonly #source: { standing: Verdict };
  readonly #lookTold = new Map<string, number | null>();
  #standing: Verdict;

  /** @param source is asked after every attempt, so it has to hear of attempts before the picture does. */
  constructor(terminal: Terminal, source: { standing: Verdict }) {
    this.#terminal = terminal;
    this.#source = source;
    this.#standing = source.standing;
    this.#lines = new LiveLines(terminal, () => this.#standing.flows.map((flow) => this.#flowLine(flow)));
  }

  runStarted(run: RunInfo): void {
    this.#lines.print(`run ${run.id}, seed ${run.seed}\n${legend}`);
    for (const { flow, look } of this.#standing.flows) this.#lookTold.set(flow, look.reached);
    this.#lines.start();
  }

  attemptEnded({ cell }: PlannedCell, { outcome, code, phase }: Attempt): void {
    this.#standing = this.#source.standing;
    const { colors } = this.#terminal;
    if (outcome !== 'passed') {
      const paint = outcome === 'failed' ? colors.red : colors.yellow;
      this.#lines.print(`${paint(symbols[outcome])} ${cellName(cell)}  ${code} in phase ${phase}`);
    }
    for (const flow of this.#standing.flows) {
      if (this.#lookTold.get(flow.flow) === flow.look.reached || flow.look.reached === null) continue;
      this.#lookTold.set(flow.flow, flow.look.reached);
      this.#lines.print(this.#flowLine(flow));
    }
  }

  runEnded(): void {
    this.#lines.stop();
  }

  #flowLine(flow: FlowVerdict): string {
    const { colors, live, width } = this.#terminal;
    const next = flow.look.next === null ? 'at the cap' : `next look at ${flow.look.next}`;
    const counts = `baseline ${successes(flow.baseline)}, candidate ${successes(flow.candidate)}, ${flow.pairs} pairs, ${next}`;
    const [left, right] = [`${flow.flow}  better `, ` worse  ${counts}`];
    const room = live ? width - 1 - left.length - right.length : lineWidth.most;
    const line = drawInterval(flow, Math.min(lineWidth.most, Math.max(lineWidth.least, room)));
    return room < lineWidth.least
      ? `${flow.flow} ${line} ${counts}`
      : `${flow.flow}  ${colors.dim('better')} ${line} ${colors.dim('worse')}  ${counts}`;
  }
}
