import { condition } from './condition.ts';

export const throwingRequire = condition({
  name: 'throwing-require',
  what: '`require` of an unknown name throws, as inside another guard or after `ErrorGuard.skipGuardGlobal(true)`.',
  sources: ['ErrorGuard and the module loader of 2.3000.1038162681', 'wwebjs#5738'],
  confidence: 'read',
  options: {},
  page: () => ({ unknownModuleThrows: true }),
});
