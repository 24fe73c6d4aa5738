import type { Implementations } from '../loader/build-exports.ts';
import { Label, LabelItem, Mute, Note } from '../model/account-models.ts';
import type { Attributes } from '../model/base-model.ts';
import { Chat, Contact, Msg } from '../model/models.ts';

/** Message models, and functions that libraries replace with their own. */
export function messageModules(): Implementations {
  return {
    WAWebMsgModel: { Msg },
    WAWebChatModel: { Chat },
    WAWebMuteModel: { Mute },
    WAWebLabelModel: { Label },
    WAWebLabelItemModel: { default: LabelItem },
    WAWebNoteModel: { Note },
    WAWebContactModel: { default: Contact },
    WAWebMsgDataFromModel: { msgDataFromMsgModel: (msg: Msg): Attributes => msg.serialize() },
    WAWebBackendJobsCommon: { mediaTypeFromProtobuf: () => null },
    WAWebE2EProtoUtils: { typeAttributeFromProtobuf: () => 'text' },
  };
}
