import { describe, expect, test } from 'vitest';
import { memberPresence, resolveShapes } from '../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';

/** What the linking step of every library from 2024-07 on needs, before `Debug.VERSION` is seen. */
const linking = [
  'WAWebSocketModel.Socket',
  'WAWebCmd.Cmd',
  'WAWebConnModel.Conn',
  'WAWebOfflineHandler.OfflineMessageHandler',
  'WAWebAltDeviceLinkingApi.startAltLinkingFlow',
  'WABase64.encodeB64',
  'WAWebCompanionRegClientUtils.DEVICE_PLATFORM',
  'WAWebAdvSignatureApi.getADVSecretKey',
  'WAWebUserPrefsInfoStore.waNoiseInfo',
  'WAWebSignalStoreApi.waSignalStore',
];

const ready2024 = [
  'WAWebUserPrefsMeUser.getMeUser',
  'WAWebCollections.default',
  'WAWebDownloadManager.downloadManager',
  'WAWebGroupQueryJob.queryAndUpdateGroupMetadataById',
  'WAWebFindCommonGroupsContactAction.findCommonGroups',
  'WAWebSendReactionMsgAction.sendReactionToMsg',
  'WAWebChatMessageSearch.getSearchContext',
  'WAWebDrawerManager.DrawerManager',
  'WAWebApiMessageInfoStore.queryMsgInfo',
  'WAWebQueryExistsJob.queryWidExists',
  'WAWebSendPinMessageAction.sendPinInChatMsg',
  'WAWebBackendJobsCommon.mediaTypeFromProtobuf',
  'WAWebE2EProtoUtils.typeAttributeFromProtobuf',
  'WAWebMsgKey.default',
  'WAWebWidFactory.createWid',
];

const ready2025 = [
  ...ready2024.filter((name) => name !== 'WAWebUserPrefsMeUser.getMeUser'),
  'WAWebUserPrefsMeUser.getMaybeMePnUser',
  'WAWebContactCollection.ContactCollection',
  'WAWebSetPushnameConnAction.setPushname',
  'WAWebL10N.default',
  'WAWebAddonReactionTableMode.reactionTableMode',
  'WAWebAddonPollVoteTableMode.pollVoteTableMode',
  'WAWebChatGetters.getIsNewsletter',
];

const ready2026 = [
  'WAWebUserPrefsMeUser.getMaybeMePnUser',
  'WAWebUserPrefsMultiDevice.getADVSecretKey',
  'WAWebCollections.default',
  'WAWebCallCollection.default',
  'WAWebStreamModel.Stream',
  'WAWebFindChatAction.findOrCreateLatestChat',
  'WAWebSendMsgChatAction.addAndSendMsgToChat',
];

/**
 * Which libraries worked on a build is evidence for the names that it had. The releases are those that their users reported
 * as working then; what fails on later builds is for the runs to find out.
 */
const eras = [
  {
    build: '2.3000.1014111620',
    worked: '1.25.0',
    names: [...linking, ...ready2024],
    keys: ['Msg', 'Chat', 'Call', 'PollVote'],
  },
  { build: '2.3000.1026515401', worked: '1.33.2', names: [...linking, ...ready2025], keys: ['Msg', 'Chat', 'Call'] },
  { build: '2.3000.1029241508', worked: '1.34.2', names: [...linking, ...ready2025], keys: ['Msg', 'Chat', 'Call'] },
  { build: '2.3000.1032534684', worked: '1.34.7', names: [...linking, ...ready2026], keys: ['Msg', 'Chat'] },
  { build: '2.3000.1044822804', worked: '1.34.7', names: [...linking, ...ready2026], keys: ['Msg', 'Chat'] },
];

describe.each(eras)('$build, on which $worked is reported to become ready', ({ build, names, keys }) => {
  const { modules, collections } = resolveSurface(build);
  const module = (name: string) => modules[name.split('.')[0] as string];

  test('offers the names that it needs, not lazily', () => {
    const lacking = names.filter((name) => {
      const found = module(name);
      return !found || found.tier === 'lazy' || !((name.split('.')[1] as string) in found.exports);
    });
    expect(lacking).toEqual([]);
  });

  test('offers the names for linking before a login', () => {
    expect(linking.filter((name) => module(name)?.tier !== 1)).toEqual([]);
  });

  test('offers the collections that it needs', () => {
    expect(Object.keys(collections)).toEqual(expect.arrayContaining(keys));
  });
});

describe('reported losses', () => {
  const offers = (build: string, module: string, name: string) =>
    name in (resolveSurface(build).modules[module]?.exports ?? {});
  const collects = (build: string, key: string) => key in resolveSurface(build).collections;

  test('getMeUser is gone from 1026498050, back in the archive of 2026-04 and gone in that of 2026-08', () => {
    const builds = ['1026498049', '1026498050', '1029241508', '1032534684', '1038162681', '1044822804'];
    expect(builds.map((revision) => offers(`2.3000.${revision}`, 'WAWebUserPrefsMeUser', 'getMeUser'))).toEqual([
      ...[true, false, false, false, true, false],
    ]);
  });

  test('getMeUser is still gone two weeks after the build of 2025-11-01, and may be back after that', () => {
    const isOpen = (build: string) =>
      resolveSurface(`2.3000.${build}`).uncertain.some(({ names }) => names.includes('WAWebUserPrefsMeUser.getMeUser'));
    expect(['1029241508', '1029890518', '1029890519', '1032534684', '1037151346'].map(isOpen)).toEqual([
      ...[false, false, true, true, false],
    ]);
  });

  test('names come and go with the day on which the first library is seen to go with them or without them', () => {
    const changes = [
      ['1026679274', 'WAWebMediaDataUtils', 'shouldUseMediaCache', true],
      ['1028493240', 'WAWebWidFactory', 'createUserWid', false],
      ['1029280129', 'WAWebGroupModifyInfoJob', 'setGroupMemberAddMode', false],
      ['1031043038', 'WAWebRevokeStatusAction', 'sendStatusRevokeMsgAction', true],
      ['1034280725', 'WAWebNewsletterModelUtils', 'MUTED_STATE', true],
    ] as const;
    for (const [since, module, name, isThere] of changes) {
      const seen = [Number(since) - 1, since].map((build) => offers(`2.3000.${build}`, module, name));
      expect([name, ...seen]).toEqual([name, !isThere, isThere]);
    }
  });

  test('getMaybeMeUser is gone from 1026559342', () => {
    expect(offers('2.3000.1026559341', 'WAWebUserPrefsMeUser', 'getMaybeMeUser')).toBe(true);
    expect(offers('2.3000.1026559342', 'WAWebUserPrefsMeUser', 'getMaybeMeUser')).toBe(false);
  });

  test('Call leaves WAWebCollections with 1032534684, and stays under the name of its module', () => {
    expect(collects('2.3000.1032534683', 'Call')).toBe(true);
    expect(collects('2.3000.1032534684', 'Call')).toBe(false);
    expect(collects('2.3000.1032534684', 'WAWebCallCollection')).toBe(true);
  });

  test('WAWebSetPushnameConnAction comes with the login where the page prefetches, which most pages do until 1047151772', () => {
    const tierAt = (build: string, switches = {}) =>
      resolveSurface(build, switches).modules.WAWebSetPushnameConnAction?.tier;
    const builds = ['1032534684', '1038162681', '1044822804', '1047124276'].map((revision) => `2.3000.${revision}`);
    expect(builds.map((build) => tierAt(build))).toEqual([2, 2, 2, 2]);
    expect(builds.map((build) => tierAt(build, { prefetch: 'false' }))).toEqual(['lazy', 'lazy', 'lazy', 'lazy']);
    expect(tierAt('2.3000.1047151772')).toBe('lazy');
    expect(tierAt('2.3000.1047151772', { prefetch: 'true' })).toBe(2);
  });

  test('the presence of one contact has a function of its own from 1039447205', () => {
    const name = 'WAWebContactPresenceBridge';
    expect(offers('2.3000.1039382002', name, 'subscribePresence')).toBe(true);
    expect(offers('2.3000.1039447205', name, 'subscribePresence')).toBe(false);
    expect(offers('2.3000.1039447205', name, 'subscribeUserPresence')).toBe(true);
  });

  test('the stream loses displayInfo with 1046055909, and the names of its enumerations with 1046721733', () => {
    const presence = (build: string, place: string, member: string) =>
      memberPresence(resolveShapes(`2.3000.${build}`), place, member);
    expect(presence('1045986927', 'WAWebStreamModel.Stream', 'displayInfo')).toBe('present');
    expect(presence('1046055909', 'WAWebStreamModel.Stream', 'displayInfo')).toBe('absent');
    expect(offers('2.3000.1046055909', 'WAWebStreamGetters', 'getDisplayInfo')).toBe(true);
    expect(presence('1046055909', 'WAWebStreamModel.StreamMode', 'MAIN')).toBe('present');
    expect(presence('1046721733', 'WAWebStreamModel.StreamMode', 'MAIN')).toBe('absent');
  });

  test('private ids of media are enumerable from 1047775310, and may be so since the day before', () => {
    const at = (build: string) => resolveSurface(`2.3000.${build}`);
    expect(at('1047643939').behaviours.mediaPrivateId).toBe('hidden');
    expect(at('1047700000').uncertain.flatMap(({ names }) => names)).toContain('mediaPrivateId');
    expect(at('1047775310').behaviours.mediaPrivateId).toBe('enumerable');
  });

  test('status privacy has no default export from 1048775404', () => {
    const exports = (build: string) => Object.keys(resolveSurface(build).modules.WAWebUserPrefsStatus?.exports ?? {});
    expect(exports('2.3000.1044822804')).toEqual(['default']);
    expect(exports('2.3000.1048775404')).toContain('getStatusPrivacySetting');
    expect(exports('2.3000.1048775404')).not.toContain('default');
  });

  test('forwarding comes with the login in 2026-08, is lazy a month later and waits for a dependency on 1049007170', () => {
    const module = (build: string) => resolveSurface(build).modules.WAWebChatForwardMessage;
    expect(module('2.3000.1044822804')?.tier).toBe(2);
    expect(module('2.3000.1047483476')).toMatchObject({
      tier: 'lazy',
      loaders: { 'WAWebForwardMessageFlowLoadable.requireBundle': 'WAWebForwardMessageFlow.react' },
    });
    expect(module('2.3000.1047483476')).not.toHaveProperty('unresolved');
    expect(module('2.3000.1049007170')).toMatchObject({ tier: 2, unresolved: ['WAWebDualUploadsSendPolicy'] });
  });

  test('functions take an object from the build on which that was reported', () => {
    const called = (build: string, place: string) => resolveShapes(`2.3000.${build}`).parameters[place];
    const sendSeen = 'WAWebUpdateUnreadChatAction.sendSeen';
    expect(called('1031992592', sendSeen)).toBeUndefined();
    expect(called('1031992593', sendSeen)).toEqual([['chat', 'threadId', 'afterAvailable']]);
    expect(called('1030209354', 'WAWebSaveContactAction.saveContactAction')).toHaveLength(1);
    expect(called('1030209353', 'WAWebSaveContactAction.saveContactAction')).toHaveLength(7);
    expect(called('1029130978', 'WAWebSaveContactAction.saveContactAction')).toHaveLength(5);
    expect(called('1049387914', 'WAWebSendStatusReactionAction.applyOptimisticStatusReaction')).toEqual([
      ['msgKey', 'parentStatusMsg', 'reaction'],
    ]);
  });
});
