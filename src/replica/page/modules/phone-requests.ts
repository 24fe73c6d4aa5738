import type { LinkedPage } from '../../../contracts/replica-message.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import { given } from '../messages/fields.ts';
import type { Attributes } from '../model/base-model.ts';
import type { Msg } from '../model/models.ts';
import type { MsgKey } from '../model/msg-key.ts';
import type { Wid } from '../model/wid.ts';
import { ownExport, type Page } from '../shared/page.ts';
import type { FoundLink } from './chats.ts';

/** How long the page waits for the phone to say what is at an address. */
const previewMs = 7_000;

/** What a page asks the phone of its account for, as WhatsApp's protocol numbers it. */
const operations = { linkPreview: 2, history: 3, placeholders: 4 } as const;

interface RequestArgs {
  urls?: readonly string[];
  chatId?: Wid;
  msgKeys?: readonly MsgKey[];
}

interface Preview {
  url: string;
  data: Attributes;
}

/** What the phone does for a page: it fetches previews, sends older messages, and those that the page could not decrypt. */
export function phoneRequestModules(page: Page, { requests, messaging }: Lifecycle): Implementations {
  /** Resolves when the phone has the request; what it sends comes later. */
  const sendPeerDataOperationRequest = async (operation: number, { urls, chatId, msgKeys }: RequestArgs) => {
    if (operation === operations.linkPreview) {
      await Promise.all((urls ?? []).map((url) => requests.query('linkedPage', { url })));
    } else if (operation === operations.history) {
      const chat = page.chats.assertGet(chatId as Wid);
      await requests.query('olderMessages', { chat: String(chat.id), before: messaging.oldestOf(chat) });
    } else if (operation === operations.placeholders) {
      await requests.query('undecrypted', { ids: (msgKeys ?? []).map(({ id }) => id) });
    } else {
      const what = `for operation ${operation}`;
      throw onlyAName('WAWebSendNonMessageDataRequest', 'sendPeerDataOperationRequest', page.report, what);
    }
  };
  /** Messages that the phone was asked for; it is asked once. */
  const asked = new Set<MsgKey>();
  const handlePlaceholderMsgsSeen = (msgs: readonly Msg[], isSeen: boolean) => {
    const isEnabled = ownExport(page, 'WAWebSyncGatingUtils', 'isPlaceholderMessageResendEnabled');
    if (!isSeen || !isEnabled?.()) return;
    const msgKeys = msgs.flatMap((msg) => (isUndecrypted(msg) && !asked.has(msg.id) ? msg.id : []));
    for (const key of msgKeys) asked.add(key);
    if (msgKeys.length > 0) void sendPeerDataOperationRequest(operations.placeholders, { msgKeys });
  };
  const previews = new Map<string, Preview>();
  const getLinkPreview = async (link: FoundLink): Promise<Preview | null> => {
    const known = previews.get(link.url);
    if (known) return known;
    if (link.suspiciousCharacters?.size) return null;
    const found = await Promise.race([
      requests.query('linkedPage', { url: link.url }),
      new Promise<null>((done) => setTimeout(done, previewMs, null)),
    ]);
    if (!found) return (ownExport(page, minimal, 'genMinimalLinkPreview') ?? genMinimalLinkPreview)(link) as Preview;
    const preview = previewOf(link.url, found, { richPreviewType: 0, doNotPlayInline: false, isLoading: false });
    previews.set(link.url, preview);
    return preview;
  };
  return {
    WAWebSendNonMessageDataRequest: { sendPeerDataOperationRequest },
    // An AB prop that is off; programs replace it.
    WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false, isHistorySyncOnDemandEnabled: () => true },
    WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen },
    WAWebLinkPreviewChatAction: { getLinkPreview },
    [minimal]: { genMinimalLinkPreview },
  };
}

const minimal = 'WAWebGenMinimalLinkPreviewChatAction';

/** Without the phone a preview says what the link itself does. */
const genMinimalLinkPreview = ({ url, domain }: FoundLink): Preview =>
  previewOf(url, { title: domain, description: url }, { richPreviewType: 0, doNotPlayInline: true, isLoading: false });

const previewOf = (url: string, page: LinkedPage, how: Attributes): Preview => ({
  url,
  data: given({ matchedText: url, ...page, ...how }),
});

/** What can be opened once stays on the phone. */
const isUndecrypted = (msg: Msg) => msg.type === 'ciphertext' && msg.get('subtype') !== 'view_once_unavailable_fanout';
