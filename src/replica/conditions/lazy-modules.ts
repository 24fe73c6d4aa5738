import { condition } from './condition.ts';

export const lazyModules = condition({
  name: 'lazy-modules',
  what: 'The account is in the group that gets some modules only with the bundle of the drawer that needs them.',
  sources: [
    'wwebjs#3690',
    'wwebjs#3753',
    'wwebjs#3971',
    'wppconnect-team/wa-js#3582 (WAWebChatForwardMessage)',
    'wppconnect-team/wa-js#3603 (WAWebGroupCommunityJob)',
  ],
  confidence: 'reported',
  options: {
    modules: 'WAWebSetPushnameConnAction,WAWebChatForwardMessage,WAWebGroupCommunityJob',
    onRestoreOnly: false,
  },
  page: ({ modules, onRestoreOnly }) => ({ lateModules: { names: modules.split(','), onRestoreOnly } }),
});
