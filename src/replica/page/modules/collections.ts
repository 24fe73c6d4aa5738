import type { Implementations } from '../loader/build-exports.ts';
import { BaseCollection } from '../model/base-collection.ts';
import type { Page } from '../shared/page.ts';

/**
 * WAWebCollections and the modules behind its keys. A collection that the replica does not fill is empty and has the
 * methods of all collections.
 */
export function collectionModules(page: Page): Implementations {
  const filled: Record<string, unknown> = {
    'WAWebMsgCollection.MsgCollection': page.msgs,
    'WAWebChatCollection.ChatCollection': page.chats,
    'WAWebContactCollection.ContactCollection': page.contacts,
    'WAWebCallCollection.default': page.calls,
    'WAWebMuteCollection.MuteCollection': page.mutes,
    'WAWebLabelCollection.LabelCollection': page.labels,
    'WAWebNoteCollection.NoteCollection': page.notes,
    'WAWebReactionsCollection.ReactionsCollection': page.addons.reactions,
    'WAWebPollsPollVoteCollection.PollVoteCollection': page.addons.pollVotes,
    'WAWebGroupMetadataCollection.default': page.groups,
    'WAWebStatusCollection.StatusCollection': page.statuses,
    'WAWebNewsletterCollection.default': page.newsletters,
    'WAWebNewsletterMetadataCollection.default': page.newsletterMetadata,
    'WAWebBusinessProfileCollection.BusinessProfileCollection': page.businessProfiles,
    'WAWebBlocklistCollection.BlocklistCollection': page.blocklist,
    'WAWebProfilePicThumbCollection.ProfilePicThumbCollection': page.pictures,
    'WAWebPresenceCollection.PresenceCollection': page.presences,
  };
  const modules: Implementations = {
    WAWebMsgCollection: { MsgCollection: page.msgs, MsgCollectionImpl: page.msgs.constructor },
    WAWebChatCollection: { ChatCollection: page.chats, ChatCollectionImpl: page.chats.constructor },
    WAWebContactCollection: { ContactCollection: page.contacts, ContactCollectionImpl: page.contacts.constructor },
    WAWebCallCollection: { default: page.calls },
  };
  const all: Record<string, unknown> = {};
  for (const [key, source] of Object.entries(page.surface.collections)) {
    filled[source] ??= new BaseCollection();
    all[key] = filled[source];
    const [module, exportName] = source.split('.') as [string, string];
    modules[module] = { ...modules[module], [exportName]: filled[source] };
  }
  modules.WAWebCollections = { default: all };
  return modules;
}
