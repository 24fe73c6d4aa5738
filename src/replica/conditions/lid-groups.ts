import { condition } from './condition.ts';

export const lidGroups = condition({
  name: 'lid-groups',
  what: 'The server makes groups whose members and messages are addressed by lid.',
  sources: [
    'wwebjs#3519',
    'wwebjs#3582',
    'group.go:752 of tulir/whatsmeow@33cfac51',
    'WAWebGroupMetadataModel.isLidAddressingMode of 2.3000.1037151346',
  ],
  confidence: 'reported',
  options: {},
  server: () => ({ groupsByLid: true }),
});
