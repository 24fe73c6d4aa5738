import { type AccountStatus, accountStatuses } from '../../contracts/service-states.ts';
import type { StatusHistory } from './api.ts';
import { Rows, Time } from './parts.tsx';

type Point = StatusHistory['points'][number];

/** Accounts that are not connected, from the bottom up: what needs a person first. */
const others = ['failed', 'disconnected', 'authenticated', 'qr_scanning'] as const satisfies AccountStatus[];

const [barWidth, gap, height] = [10, 2, 72];

/**
 * Accounts by status over time. Those that are connected and the others have each their own scale: ten of a thousand that are not connected
 * have to be seen.
 */
export function StatusChart({ of: { points } }: { of: StatusHistory }) {
  return (
    <>
      <Bars title="Connected" points={points} statuses={['connected']} />
      <Bars title="Not connected" points={points} statuses={others} />
      <details>
        <summary>Figures</summary>
        <Rows
          titles={['Time', ...accountStatuses.map((status) => status.replace('_', ' '))]}
          rows={points.map(({ at, accounts }) => ({
            key: at,
            cells: [<Time key="at" at={at} />, ...accountStatuses.map((status) => accounts[status])],
          }))}
        />
      </details>
    </>
  );
}

function Bars({ title, points, statuses }: { title: string; points: Point[]; statuses: readonly AccountStatus[] }) {
  const totals = points.map(({ accounts }) => statuses.reduce((sum, status) => sum + accounts[status], 0));
  const most = Math.max(4, ...totals);
  const [low, high] = [Math.min(...totals), Math.max(...totals)];
  const words = `${title}: ${totals.at(-1)} now, ${low === high ? 'unchanged' : `${low} to ${high}`} over the last day`;
  return (
    <figure class="bars">
      <figcaption>{words}</figcaption>
      <svg
        viewBox={`0 0 ${points.length * (barWidth + gap)} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words}
      >
        {points.map(({ at, accounts }, i) => (
          <Bar
            key={at}
            x={i * (barWidth + gap)}
            scale={height / most}
            accounts={accounts}
            statuses={statuses}
            at={at}
          />
        ))}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{points[0] && <Time at={points[0].at} />}</span>
        <span>now</span>
      </p>
      {statuses.length > 1 && (
        <ul class="legend">
          {statuses.map((status) => (
            <li key={status}>
              <span class={`swatch ${status}`} /> {status.replace('_', ' ')} {points.at(-1)?.accounts[status]}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

interface BarProps extends Point {
  x: number;
  /** Units of the picture for one account. */
  scale: number;
  statuses: readonly AccountStatus[];
}

function Bar({ x, scale, at, accounts, statuses }: BarProps) {
  const words = statuses.map((status) => `${status.replace('_', ' ')} ${accounts[status]}`).join(', ');
  let top = height;
  return (
    <g>
      <title>{`${new Date(at).toLocaleString([], { timeStyle: 'short', dateStyle: 'short' })}: ${words}`}</title>
      {statuses.map((status) => {
        const size = accounts[status] * scale;
        top -= size;
        return <rect key={status} class={status} x={x} y={top} width={barWidth} height={size} />;
      })}
    </g>
  );
}
