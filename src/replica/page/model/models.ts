import type { Mute } from './account-models.ts';
import { type AttributeNames, BaseModel, defineAttributes } from './base-model.ts';
import type { GroupMetadata } from './groups.ts';
import { attachMedia, type MediaData, type MediaObject } from './media.ts';
import type { MsgKey } from './msg-key.ts';
import type { MsgList } from './msg-list.ts';
import type { Wid } from './wid.ts';

/*
 * Attribute names as real builds declare them (archived 2026-04 and 2026-08), limited to those that the replica sets.
 * Only `props` appear in serialize().
 */

export type SocketState =
  | 'UNLAUNCHED'
  | 'OPENING'
  | 'PAIRING'
  | 'UNPAIRED'
  | 'UNPAIRED_IDLE'
  | 'CONNECTED'
  | 'CONFLICT'
  | 'TOS_BLOCK'
  | 'DEPRECATED_VERSION';
export type SocketStream = 'DISCONNECTED' | 'SYNCING' | 'RESUMING' | 'CONNECTED';

const connAttributes: AttributeNames = {
  props: ['id', 'ref', 'refTTL', 'wid', 'connected', 'is24h', 'platform', 'phone', 'pushname', 'battery', 'plugged'],
  session: ['meReadyTriggered'],
};

/** What the page knows about its connection and its account. */
export class Conn extends BaseModel {
  declare id: string | undefined;
  declare ref: string | undefined;
  declare refTTL: number | undefined;
  declare wid: Wid | undefined;
  declare platform: string | undefined;
  declare pushname: string | undefined;

  get isSMB(): boolean {
    return this.platform?.startsWith('smb') ?? false;
  }

  /** A business shows the name of its business profile. */
  canSetMyPushname(): boolean {
    return !this.isSMB;
  }
}
defineAttributes(Conn, connAttributes);

const streamAttributes: AttributeNames = {
  props: [],
  session: ['info', 'mode', 'obscurity', 'needsUpdate', 'uiActive', 'available', 'displayInfo', 'phoneAuthed'],
};

export class Stream extends BaseModel {
  declare info: string;
  declare mode: string;
  declare available: boolean;

  markAvailable(): void {
    this.available = true;
  }

  markUnavailable(): void {
    this.available = false;
  }
}
defineAttributes(Stream, streamAttributes);

const contactAttributes: AttributeNames = {
  props: [
    'id',
    'name',
    'shortName',
    'pushname',
    'type',
    'verifiedName',
    'isBusiness',
    'isEnterprise',
    'isSmb',
    'verifiedLevel',
    'privacyMode',
    'statusMute',
    'sectionHeader',
    'labels',
    'isContactSyncCompleted',
    'disappearingModeDuration',
    'requestedPnTimestamp',
    'syncToAddressbook',
  ],
  session: ['isContactBlocked', 'businessProfile', 'commonGroups', 'phoneNumber', 'profilePicThumb', 'status'],
};

export class Contact extends BaseModel {
  declare id: Wid;
  declare name: string | undefined;
  declare shortName: string | undefined;
  declare pushname: string | undefined;
  /** Of a contact with a lid as id. */
  declare phoneNumber: Wid | undefined;
  declare isContactBlocked: boolean;
}
defineAttributes(Contact, contactAttributes);

const chatAttributes: AttributeNames = {
  props: [
    'id',
    't',
    'unreadCount',
    'unreadDividerOffset',
    'archive',
    'isReadOnly',
    'isLocked',
    'muteExpiration',
    'isAutoMuted',
    'name',
    'notSpam',
    'pin',
    'lastReceivedKey',
    'ephemeralDuration',
    'ephemeralSettingTimestamp',
    'createdLocally',
    'unreadMentionsOfMe',
    'hasUnreadMention',
    'endOfHistoryTransferType',
    'pendingInitialLoading',
    'labels',
    'msgs',
  ],
  session: [
    'formattedTitle',
    'active',
    'contact',
    'groupMetadata',
    'newsletterMetadata',
    'mute',
    'presence',
    'trusted',
    'markedUnread',
  ],
};

export class Chat extends BaseModel {
  declare id: Wid;
  declare t: number | undefined;
  declare unreadCount: number;
  declare lastReceivedKey: MsgKey | undefined;
  declare msgs: MsgList;
  declare contact: Contact | undefined;
  declare formattedTitle: string;
  declare mute: Mute;
  declare archive: boolean;
  declare pin: number;
  declare markedUnread: boolean | undefined;
  declare labels: string[] | undefined;
  declare endOfHistoryTransferType: number | undefined;
  /** Of a group. */
  declare groupMetadata: GroupMetadata | undefined;

  /** Runs of messages without a gap. The page always has all of them. */
  get msgChunks(): [MsgList] {
    return [this.msgs];
  }

  /** Resolves when the messages that are being loaded are there: at once. */
  waitForChatLoading(): Promise<void> {
    return Promise.resolve();
  }

  iAmAdmin(): boolean {
    return Boolean(this.groupMetadata?.participants.iAmAdmin());
  }

  getParticipantCount(): number {
    return this.groupMetadata?.participants.length ?? 0;
  }

  /** Getters on builds up to 2025, functions of WAWebChatGetters since. */
  get isGroup(): boolean {
    return this.id.isGroup();
  }

  get isUser(): boolean {
    return this.id.isUser();
  }
}
defineAttributes(Chat, chatAttributes);

const msgAttributes: AttributeNames = {
  props: [
    'id',
    'rowId',
    'viewed',
    'body',
    'type',
    'subtype',
    't',
    'revokeTimestamp',
    'notifyName',
    'from',
    'to',
    'author',
    'recipients',
    'ack',
    'invis',
    'isNewMsg',
    'star',
    'kicNotified',
    'recvFresh',
    'caption',
    'deprecatedMms3Url',
    'directPath',
    'mimetype',
    'duration',
    'filehash',
    'encFilehash',
    'size',
    'filename',
    'streamingSidecar',
    'mediaKey',
    'mediaKeyTimestamp',
    'pageCount',
    'isGif',
    'isViewOnce',
    'width',
    'height',
    'waveform',
    'mediaHandle',
    'clientUrl',
    'loc',
    'lat',
    'lng',
    'isLive',
    'accuracy',
    'speed',
    'comment',
    'sequence',
    'shareDuration',
    'isFromTemplate',
    'matchedText',
    'title',
    'description',
    'thumbnail',
    'richPreviewType',
    'doNotPlayInline',
    'businessOwnerJid',
    'productId',
    'currencyCode',
    'priceAmount1000',
    'url',
    'pollName',
    'pollOptions',
    'pollSelectableOptionsCount',
    'pollInvalidated',
    'isSentCagPollCreation',
    'senderTimestampMs',
    'latestEditMsgKey',
    'latestEditSenderTimestampMs',
    'broadcast',
    'quotedMsg',
    'quotedStanzaID',
    'quotedRemoteJid',
    'quotedParticipant',
    'mentionedJidList',
    'groupMentions',
    'footer',
    'eventName',
    'isEventCanceled',
    'eventDescription',
    'eventJoinLink',
    'eventStartTime',
    'eventEndTime',
    'eventLocation',
    'isVcardOverMmsDocument',
    'vcardList',
    'vcardFormattedName',
    'revokeSender',
    'protocolMessageKey',
    'templateParams',
    'isForwarded',
    'forwardingScore',
    'labels',
    'hasReaction',
    'isVcardOverMmsDocument',
    'isCaptionByUser',
    'paymentCurrency',
    'paymentAmount1000',
    'paymentMessageReceiverJid',
    'paymentTransactionTimestamp',
    'paymentStatus',
    'paymentTxnStatus',
    'paymentNoteMsg',
    'ephemeralDuration',
    'ephemeralSettingTimestamp',
    'messageSecret',
    'inviteCode',
    'inviteCodeExp',
    'inviteGrp',
    'inviteGrpName',
    'sellerJid',
    'message',
    'orderTitle',
    'itemCount',
    'orderId',
    'token',
    'totalAmount1000',
    'totalCurrencyCode',
    'list',
    'listResponse',
    'isDynamicReplyButtonsMsg',
    'dynamicReplyButtons',
    'selectedButtonId',
    'local',
    'self',
    'backgroundColor',
    'serverId',
    'newsletterAdminInviteInfo',
    'font',
  ],
  session: [
    'isUnsentMedia',
    'isEphemeral',
    'isStatusV3',
    'mediaData',
    'mediaObject',
    'pendingAckUpdate',
    'chat',
    'isNotification',
  ],
};

export class Msg extends BaseModel {
  declare id: MsgKey;
  declare body: string | undefined;
  declare type: string;
  declare t: number;
  declare from: Wid;
  declare to: Wid;
  /** Who wrote it, in a group. */
  declare author: Wid | undefined;
  declare ack: number;
  declare isNewMsg: boolean;
  declare star: boolean;
  declare mediaData: MediaData | undefined;
  declare mediaObject: MediaObject | undefined;

  /** As on the real page, which computes much of a message by its id. */
  override initialize(): void {
    if (this.id === undefined) {
      throw new Error("Data passed to getter must include an id property (it's how we memoize) but got undefined");
    }
    this.star ??= false;
    attachMedia(this);
  }

  /** The key's own way of reading a message without its guards. */
  unsafe(): this {
    return this;
  }

  /** @param ack -1 when the server refused the message. */
  updateAck(ack: number): void {
    if (ack > this.ack || ack < 0) this.ack = ack;
  }

  /** Links of its text as far as the page has looked for them: none of a message that just came (wwebjs/whatsapp-web.js#2716). */
  getRawLinks(): { href: string }[] {
    return [];
  }

  /** The fields of an answer that quotes this message; one in another chat names this chat. */
  msgContextInfo(chat?: Chat | Wid): Record<string, unknown> {
    const target = chat instanceof Chat ? chat.id : chat;
    const { id, type, body, from, author } = this;
    return {
      quotedMsg: { type, body },
      quotedStanzaID: id.id,
      quotedParticipant: author ?? from,
      ...(target && !id.remote.equals(target) && { quotedRemoteJid: id.remote }),
    };
  }
}
defineAttributes(Msg, msgAttributes);
