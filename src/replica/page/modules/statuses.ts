import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import type { Msg } from '../model/models.ts';
import type { Status } from '../model/statuses.ts';
import { Wid } from '../model/wid.ts';

interface TextStatus {
  text: string;
  /** ARGB. */
  color: number;
  font: number;
}

/** Posting to the status, and taking it back. */
export function statusModules({ messaging }: Lifecycle): Implementations {
  const revoke = async (_status: Status, msg: Msg) => {
    await messaging.change(msg, { kind: 'revoke' });
  };
  return {
    WAWebSendStatusMsgAction: {
      sendStatusTextMsgAction: ({ text, color, font }: TextStatus) =>
        messaging.post(new Wid('status@broadcast'), { kind: 'text', body: text, style: { background: color, font } }),
    },
    WAWebRevokeStatusAction: { default: revoke, sendStatusRevokeMsgAction: revoke },
    WAWebStatusGatingUtils: { canCheckStatusRankingPosterGating: () => false },
  };
}
