import { condition } from './condition.ts';

export const reachoutTimelock = condition({
  name: 'reachout-timelock',
  what: 'The account may not write to new contacts for a time: the page keeps when that ends, and its devices go on.',
  sources: [
    'modules WAWebReachoutTimelockUtils and WAWebGetReachoutTimelockJob of 2026',
    'WhiskeySockets/Baileys nack 463',
  ],
  confidence: 'reported',
  options: { hours: 24 },
  page: ({ hours }) => ({ timelockMs: hours * 3_600_000 }),
});
