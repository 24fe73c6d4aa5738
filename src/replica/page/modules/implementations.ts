import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import type { Page } from '../page.ts';
import { accountModules } from './account.ts';
import { chatModules } from './chats.ts';
import { collectionModules } from './collections.ts';
import { connectionModules } from './connection.ts';
import { contactModules } from './contacts.ts';
import { idModules } from './ids.ts';
import { linkingModules } from './linking.ts';
import { messageModules } from './messages.ts';

/** Everything that is implemented; the surface of the build says what of it exists. */
export function implementations(page: Page, lifecycle: Lifecycle): Implementations {
  return {
    ...connectionModules(page, lifecycle),
    ...linkingModules(page, lifecycle),
    ...idModules(page),
    ...accountModules(page),
    ...contactModules(page, lifecycle),
    ...chatModules(page, lifecycle),
    ...messageModules(page),
    ...collectionModules(page),
  };
}
