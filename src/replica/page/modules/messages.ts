import type { Implementations } from '../loader/build-exports.ts';
import { type SendReport, stubFunction } from '../loader/stub.ts';
import { Label, LabelItem, Mute, Note } from '../model/account-models.ts';
import type { Attributes } from '../model/base-model.ts';
import { Chat, Contact, Msg } from '../model/models.ts';
import type { Page } from '../shared/page.ts';

/** Message models, and functions that libraries replace with their own. */
export function messageModules(page: Page): Implementations {
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
    WAWebMediaOpaqueData: { default: withMembers('WAWebMediaOpaqueData', ['createFromData'], page.report) },
    WAWebUploadManager: { default: withMembers('WAWebUploadManager', ['encryptAndUpload'], page.report) },
  };
}

/** A default export with stubs for the members whose names are known. */
function withMembers(module: string, members: string[], report: SendReport): object {
  return Object.fromEntries(members.map((member) => [member, stubFunction(module, `default.${member}`, report)]));
}
