import { useState } from 'preact/hooks';
import {
  getBody,
  postBody,
  type RolloutBody,
  type RolloutDecisionBody,
  type RolloutDecisionsBody,
  type RolloutsBody,
} from './api.ts';
import { useLive } from './live.ts';
import { Act, fieldText, Heading, RequestForm, Time, VersionField, WhenLoaded } from './parts.tsx';

/** Rollouts, newest first; the active one can be advanced or rolled back. */
export function RolloutsView() {
  const rollouts = useLive(() => getBody<RolloutsBody>('/v1/rollouts'));
  return (
    <>
      <Heading>Rollouts</Heading>
      <RequestForm
        submit="Begin"
        act={async (form) => {
          await postBody('/v1/rollouts', {
            baseline: fieldText(form, 'baseline'),
            candidate: fieldText(form, 'candidate'),
          });
          await rollouts.refresh();
        }}
      >
        <VersionField words="From" name="baseline" />
        <VersionField words="to" name="candidate" />
      </RequestForm>
      <WhenLoaded live={rollouts}>
        {({ items }) => (
          <>
            {items.length === 0 && <p>There was none yet.</p>}
            {items.map((rollout) => (
              <Rollout key={rollout.id} rollout={rollout} refresh={rollouts.refresh} />
            ))}
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Rollout({ rollout, refresh }: { rollout: RolloutBody; refresh(): Promise<void> }) {
  const { baseline, candidate, percent, state, steps } = rollout;
  return (
    <article class="card">
      <h2>{`From ${baseline} to ${candidate}: ${percent} % (${state.replace('_', ' ')})`}</h2>
      <progress max={100} value={percent} aria-label="accounts on the candidate" />
      <RolloutButtons rollout={rollout} refresh={refresh} />
      <ol>
        {steps.map(({ percent, state, cause, at }) => (
          <li key={at}>
            <Time at={at} /> {percent} %, {state.replace('_', ' ')}, {cause}
          </li>
        ))}
      </ol>
      <Decisions rollout={rollout} />
    </article>
  );
}

/** A step goes on from the percent that is on the screen, or not at all. */
export function RolloutButtons({ rollout, refresh }: { rollout: RolloutBody; refresh(): Promise<void> }) {
  const { id, percent, state } = rollout;
  const step = async (name: 'advance' | 'rollback', body?: object) => {
    try {
      await postBody(`/v1/rollouts/${id}/${name}`, body);
    } finally {
      await refresh();
    }
  };
  if (state !== 'active') return null;
  return (
    <p class="actions">
      <Act act={() => step('advance', { percent })}>Next step</Act>
      <Act act={() => step('rollback')}>Roll back</Act>
    </p>
  );
}

/** The newest decisions on a rollout, loaded when the list is opened, and kept up to date while the rollout is active. */
function Decisions({ rollout: { id, state, percent } }: { rollout: RolloutBody }) {
  const [isOpen, setOpen] = useState(state === 'active');
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Decisions</summary>
      {isOpen && <DecisionList id={id} of={`${state} ${percent}`} isActive={state === 'active'} />}
    </details>
  );
}

function DecisionList({ id, of, isActive }: { id: string; of: string; isActive: boolean }) {
  const load = () => getBody<RolloutDecisionsBody>(`/v1/rollouts/${id}/decisions`);
  const decisions = useLive(load, of, isActive ? undefined : null);
  return (
    <WhenLoaded live={decisions}>
      {({ items }) =>
        items.length === 0 ? (
          <p>There was none yet.</p>
        ) : (
          <ol reversed>
            {items.map((decision) => (
              <li key={decision.seq}>
                <DecisionText of={decision} />
              </li>
            ))}
          </ol>
        )
      }
    </WhenLoaded>
  );
}

const deciders: Record<RolloutDecisionBody['cause'], string> = {
  judged: 'by the service',
  verdict: 'by a verdict that was handed in',
  asked: 'on request',
};

/** What was decided, by whom, and why. */
export function DecisionText({ of }: { of: RolloutDecisionBody }) {
  const { decision, cause, reason, because, percent, at } = of;
  const why = cause === 'asked' ? '' : `: ${reason}`;
  return (
    <>
      <Time at={at} /> {`${decision.replace('_', ' ')} at ${percent} % ${deciders[cause]}${why}`}
      {because !== '' && <p>{because}</p>}
    </>
  );
}
