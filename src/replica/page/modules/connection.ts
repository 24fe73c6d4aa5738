import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import type { Page } from '../shared/page.ts';

/** Connection, account of the connection, event bus, stream. */
export function connectionModules(page: Page, lifecycle: Lifecycle): Implementations {
  return {
    WAWebSocketModel: { Socket: page.socket },
    WAWebConnModel: { Conn: page.conn },
    WAWebCmd: {
      Cmd: page.cmd,
      CmdImpl: page.cmd.constructor,
      Revoke: { Sender: 'sender_revoke', Admin: 'admin_revoke' },
    },
    WAWebStreamModel: {
      Stream: page.stream,
      StreamInfo: keysAsValues('OFFLINE', 'OPENING', 'PAIRING', 'SYNCING', 'RESUMING', 'CONNECTING', 'NORMAL'),
      StreamMode: keysAsValues(
        'QR',
        'MAIN',
        'SYNCING',
        'OFFLINE',
        'CONFLICT',
        'PROXYBLOCK',
        'TOS_BLOCK',
        'SMB_TOS_BLOCK',
      ),
    },
    WAWebOfflineHandler: {
      OfflineMessageHandler: page.offline,
      OfflineMessageHandlerImpl: page.offline.constructor,
    },
    WAWebLaunchSocketUtils: { refreshQR: () => lifecycle.refresh() },
    WAWebBuildConstants: { VERSION_STR: page.surface.build, VERSION_BASE: page.surface.build },
    WAWebDebugSetup: {
      setupDebugGlobal: () => {
        Object.assign(window, { Debug: { VERSION: page.surface.build } });
      },
    },
  };
}

function keysAsValues(...keys: string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, key]));
}
