import { cellKey } from '../../contracts/cell-key.ts';
import { chosenText } from '../../contracts/switches.ts';
import type { IconName } from '../icons.ts';
import { addressOf } from './address.ts';
import { getBody, type MatrixBody } from './api.ts';
import { useLive } from './live.ts';
import { Heading, Icon, Time, WhenLoaded } from './parts.tsx';

type MatrixCell = MatrixBody['cells'][number];

/** Milliseconds between two looks at the store of the canaries, which is read in a thread of its own. */
const lookEveryMs = 60_000;

/**
 * The newest run of the canaries: libraries down, builds across.
 *
 * @param cell the key of the cell whose cause is shown; empty for none.
 */
export function MatrixView({ cell }: { cell: string }) {
  const matrix = useLive(() => getBody<MatrixBody>('/v1/matrix'), '', lookEveryMs);
  return (
    <>
      <Heading>Matrix</Heading>
      <WhenLoaded live={matrix}>
        {({ run, cells, dataEnds }) => (
          <>
            <p class="faint">
              {run ? (
                <>
                  Run of <Time at={run.startedAt} />.{' '}
                </>
              ) : (
                'No canary has run on this machine yet: wwebjs-canary run. '
              )}
              The data of WhatsApp Web ends on {dataEnds.date}.
            </p>
            {cells.length > 0 && <Grid cells={cells} chosen={cell} />}
            <CellCause of={cells.find((one) => cellKey(one) === cell)} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Grid({ cells, chosen }: { cells: MatrixCell[]; chosen: string }) {
  const builds = [...new Set(cells.map(({ build }) => build))];
  const rows = [...Map.groupBy(cells, rowOf)];
  return (
    <div class="scroll grid">
      <table>
        <thead>
          <tr>
            <td />
            {builds.map((build) => (
              <th key={build} scope="col">
                {build}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, row]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {builds.map((build) => {
                const cell = row.find((one) => one.build === build);
                return <td key={build}>{cell && <Tile of={cell} isChosen={cellKey(cell) === chosen} />}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rowOf({ library, browser, flow, condition, switches }: MatrixCell): string {
  return [library, browser, flow, condition === 'none' ? '' : condition, chosenText(switches)]
    .filter(Boolean)
    .join(' · ');
}

function Tile({ of, isChosen }: { of: MatrixCell; isChosen: boolean }) {
  const kind: IconName = of.outcome ?? 'not-run';
  return (
    <a
      class={`tile ${kind}`}
      href={addressOf({ view: 'matrix', cell: cellKey(of) })}
      {...(isChosen && { 'aria-current': 'true' })}
    >
      <Icon name={kind} />
      {of.outcome === 'passed' ? 'passed' : (of.code ?? of.outcome ?? 'not run')}
      {of.surprise && <span class="surprise">not as expected</span>}
    </a>
  );
}

/** Why a cell did what it did, and whether that was expected. */
function CellCause({ of }: { of: MatrixCell | undefined }) {
  if (!of) return null;
  const { outcome, code, phase, cause, surprise } = of;
  const what = outcome === 'passed' ? 'passed' : outcome === null ? 'was not run' : `${outcome} in ${phase}: ${code}`;
  return (
    <section class="card" aria-label="Cause">
      <h2 ref={(heading) => heading?.scrollIntoView({ block: 'nearest' })}>
        {rowOf(of)} on {of.build}
      </h2>
      <p>
        It {what}. {expectedWords(of)}
        {surprise && <strong class="surprise"> Not as expected.</strong>}
      </p>
      {of.expectation?.link !== undefined && (
        <p>
          <a href={of.expectation.link}>{of.expectation.link}</a>
        </p>
      )}
      {cause && (
        <>
          <pre class="message">{cause.message}</pre>
          {cause.libraryFile !== undefined && (
            <p>
              <code>{`${cause.libraryFile}:${cause.libraryLine ?? ''}`}</code> of whatsapp-web.js {of.library}
            </p>
          )}
          <ul class="evidence">
            {cause.evidence.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function expectedWords({ expectation }: MatrixCell): string {
  if (!expectation || expectation.outcome === 'passed') return 'It was expected to pass.';
  const how = [expectation.phase && `in ${expectation.phase}`, expectation.code && `with ${expectation.code}`].filter(
    Boolean,
  );
  const why = expectation.reason === undefined ? '' : ` ${expectation.reason}`;
  return `It was expected to fail${how.length > 0 ? ` ${how.join(' ')}` : ''}.${why}`;
}
