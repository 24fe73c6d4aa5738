import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { onlyAName } from '../loader/stub.ts';
import { contentOf, type OutgoingMessage } from '../messages/kinds.ts';
import type { Msg } from '../model/models.ts';
import type { Status } from '../model/statuses.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

interface TextStatus {
  text: string;
  /** ARGB. */
  color: number;
  font: number;
}

type StatusMsg = Msg & OutgoingMessage;
/** Completes a message once its file is uploaded. */
type BeforeSend = (msg: StatusMsg) => unknown;
type MediaStatus = [mediaMsgData: StatusMsg, beforeSend: BeforeSend];

/** Posting to the status, and taking it back. */
export function statusModules(page: Page, { messaging }: Lifecycle): Implementations {
  const action = 'sendStatusMediaMsgAction';
  const takesObject = page.named.includes(`WAWebSendStatusMsgAction.${action}`);
  const postMedia = async (...given: MediaStatus | [{ mediaMsgData: StatusMsg; beforeSend: BeforeSend }]) => {
    const [only] = given as [{ mediaMsgData: StatusMsg; beforeSend: BeforeSend }];
    const [msg, beforeSend] = takesObject ? [only.mediaMsgData, only.beforeSend] : (given as MediaStatus);
    const { id } = msg.id;
    await beforeSend(msg);
    const status = new Wid('status@broadcast');
    const content = contentOf(msg, page.chats.ensure(status));
    if (typeof content === 'string') throw onlyAName('WAWebSendStatusMsgAction', action, page.report, content);
    return messaging.post(status, content, {}, id);
  };
  const revoke = async (_status: Status, msg: Msg) => {
    await messaging.change(msg, { kind: 'revoke' });
  };
  return {
    WAWebSendStatusMsgAction: {
      sendStatusTextMsgAction: ({ text, color, font }: TextStatus) =>
        messaging.post(new Wid('status@broadcast'), { kind: 'text', body: text, style: { background: color, font } }),
      sendStatusMediaMsgAction: postMedia,
    },
    WAWebRevokeStatusAction: { default: revoke, sendStatusRevokeMsgAction: revoke },
    WAWebStatusGatingUtils: { canCheckStatusRankingPosterGating: () => false },
  };
}
