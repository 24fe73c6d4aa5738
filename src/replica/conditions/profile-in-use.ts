import { condition } from './condition.ts';

export const profileInUse = condition({
  name: 'profile-in-use',
  what: 'Another browser of this machine runs on the same profile: an earlier one that was not closed, or a second instance.',
  sources: ['wwebjs#22236', 'process_singleton_posix.cc of Chromium'],
  confidence: 'reported',
  options: {},
  profile: () => ({ isInUse: true }),
});
