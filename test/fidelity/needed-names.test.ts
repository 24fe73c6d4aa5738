import { describe, expect, test } from 'vitest';
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

  test('getMaybeMeUser is gone from 1026559342', () => {
    expect(offers('2.3000.1026559341', 'WAWebUserPrefsMeUser', 'getMaybeMeUser')).toBe(true);
    expect(offers('2.3000.1026559342', 'WAWebUserPrefsMeUser', 'getMaybeMeUser')).toBe(false);
  });

  test('Call leaves WAWebCollections with 1032534684, and stays under the name of its module', () => {
    expect(collects('2.3000.1032534683', 'Call')).toBe(true);
    expect(collects('2.3000.1032534684', 'Call')).toBe(false);
    expect(collects('2.3000.1032534684', 'WAWebCallCollection')).toBe(true);
  });

  test('WAWebSetPushnameConnAction is lazy in both complete archives and eager before', () => {
    const tierAt = (build: string) => resolveSurface(build).modules.WAWebSetPushnameConnAction?.tier;
    expect(tierAt('2.3000.1032534684')).toBe(2);
    expect(tierAt('2.3000.1038162681')).toBe('lazy');
    expect(tierAt('2.3000.1044822804')).toBe('lazy');
  });
});
