import { historyView } from '../history/history-view.ts';
import { addressOf, queryOf } from './address.ts';
import { getBody, type ServedHistory } from './api.ts';
import { useLive } from './live.ts';
import { ChoiceField, Heading, WhenLoaded } from './parts.tsx';

const windows: [string, string][] = [
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
  ['366d', 'a year'],
];

/** The choice in the address; an empty library or build means all. */
interface ChosenHistory {
  window: string;
  library: string;
  build: string;
}

/** Results of versions over time: the canaries of this machine and the links of the service. */
export function CanaryHistoryView(chosen: ChosenHistory) {
  const { window, library, build } = chosen;
  const path = `/v1/canary-history${queryOf({ window, library, build })}`;
  const history = useLive(() => getBody<ServedHistory>(path), path, null);
  const choose = (changed: Partial<ChosenHistory>) => {
    location.hash = addressOf({ view: 'history', window, library, build, ...changed });
  };
  return (
    <>
      <Heading>Over time</Heading>
      <WhenLoaded live={history}>
        {(served) => (
          <>
            <form>
              <ChoiceField name="The last" value={window} options={windows} choose={(window) => choose({ window })} />
              <ChoiceField
                name="Version"
                value={library}
                options={orAll(served.libraries)}
                choose={(library) => choose({ library })}
              />
              <ChoiceField
                name="Build"
                value={build}
                options={orAll(served.builds)}
                choose={(build) => choose({ build })}
              />
            </form>
            <Plots of={served} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

/** The plots are elements, which the reports have too. */
function Plots({ of }: { of: ServedHistory }) {
  return <div ref={(place) => place?.replaceChildren(historyView(of, of.links))} />;
}

function orAll(values: readonly string[]): [string, string][] {
  return [['', 'all'], ...values.map((value): [string, string] => [value, value])];
}
