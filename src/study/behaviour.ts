import type { IncidentModel } from '../contracts/incident-study.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { drawSpread } from './draw-spread.ts';
import { randomStream } from './random-stream.ts';

/** A person wants a number linked. */
export interface LinkIntent {
  index: number;
  /** Milliseconds since the replay began. */
  at: number;
  phone: string;
}

/** What one person does about one request, independent of its outcome. Times in milliseconds; null is never. */
export interface RequestBehaviour {
  asksAgainAfter: number | null;
  scansAfter: number | null;
  triesAgainAfter: number | null;
  comesBackAfter: number | null;
  /** In [0, 1): chooses the recorded attempt that the library repeats. */
  luck: number;
}

const dayMs = 86_400_000;

/** All intents by time, spread evenly over the days. */
export function drawIntents({ workload, people }: IncidentModel, intents: number, seed: number): LinkIntent[] {
  const random = randomStream(seed, 'intents');
  const times = Array.from({ length: intents }, () => Math.floor(random() * workload.days.value * dayMs));
  const drawn: LinkIntent[] = [];
  for (const [index, at] of times.sort((a, b) => a - b).entries()) {
    const isAgain = random() < people.sameNumberAgain.share;
    const earlier = drawn[Math.floor(random() * index)];
    const phone = isAgain && earlier ? earlier.phone : `1555${String(index).padStart(7, '0')}`;
    drawn.push({ index, at, phone });
  }
  return drawn;
}

/** Always draws every number, so that a person behaves the same in every scenario. */
export function drawRequest({ people }: IncidentModel, random: Random): RequestBehaviour {
  const habit = ({ share, after }: IncidentModel['people']['triesAgain']) => {
    const does = random() < share;
    const time = drawSpread(after, random);
    return does ? time : null;
  };
  const asksAgainAfter = habit(people.asksTwice);
  const scans = random() >= people.neverScans.share;
  const scanTime = drawSpread(people.scans.after, random);
  const triesAgainAfter = habit(people.triesAgain);
  const comesBackAfter = habit(people.comesBack);
  return { asksAgainAfter, scansAfter: scans ? scanTime : null, triesAgainAfter, comesBackAfter, luck: random() };
}
