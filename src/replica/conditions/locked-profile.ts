import { condition } from './condition.ts';

export const lockedProfile = condition({
  name: 'locked-profile',
  what: 'A browser on another machine has locked the profile: a container that was killed, or one that still runs.',
  sources: ['wwebjs#13219', 'process_singleton_posix.cc of Chromium'],
  confidence: 'reported',
  options: { machine: 'another-machine' },
  profile: ({ machine }) => ({ lockedBy: machine }),
});
