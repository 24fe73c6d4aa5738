import type { Implementations } from '../loader/build-exports.ts';
import { BaseCollection, Collection } from '../model/base-collection.ts';
import { BaseModel } from '../model/base-model.ts';
import { EventEmitter } from '../model/event-emitter.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';

type WidLike = Wid | string | { _serialized?: string; user?: string; server?: string };

const toWid = (id: WidLike): Wid =>
  id instanceof Wid ? id : new Wid(typeof id === 'string' ? id : (id._serialized ?? `${id.user}@${id.server}`));

function userWid(id: WidLike): Wid {
  const wid = toWid(id);
  if (!wid.isUser()) throw new Error(`wid error: ${wid} is no user`);
  return wid.device === undefined ? wid : new Wid(`${wid.user}@${wid.server}`);
}

function widOf(kind: 'isGroup' | 'isNewsletter' | 'isBot'): (id: WidLike) => Wid {
  return (id) => {
    const wid = toWid(id);
    if (!wid[kind]()) throw new Error(`wid error: ${wid} fails ${kind}`);
    return wid;
  };
}

/** Ids, their factories, and the base classes. */
export function idModules(page: Page): Implementations {
  const createUserWidOrThrow = (user: string, server = 'c.us') => userWid(`${user}@${server}`);
  const phoneUtils = { findCC, formattedPhoneNumber };
  return {
    WAPhoneUtils: phoneUtils,
    WAWebPhoneUtils: phoneUtils,
    WAPhoneFindCC: { findCC },
    WAWebWid: { default: Wid },
    WAWebMsgKey: { default: page.MsgKey },
    WAWebWidFactory: {
      createWid: toWid,
      createWidFromWidLike: toWid,
      isWidlike: (id: unknown) => id instanceof Wid || Wid.isWid(id),
      createUserWidOrThrow,
      createUserWid: createUserWidOrThrow,
      createUserLidOrThrow: (user: string) => userWid(`${user}@lid`),
      createDeviceWidOrThrow: toWid,
      asUserWidOrThrow: userWid,
      asUserLidOrThrow: userWid,
      asChatWid: toWid,
      asGroupWidOrThrow: widOf('isGroup'),
      asNewsletterWidOrThrow: widOf('isNewsletter'),
      asBotWidOrThrow: widOf('isBot'),
      toUserWid: userWid,
      toUserWidOrThrow: userWid,
      toChatWid: toWid,
      toGroupWid: widOf('isGroup'),
    },
    WAWebWidToJid: {
      widToUserJid: (wid: Wid) => userWid(wid).toJid(),
      widToChatJid: (wid: Wid) => wid.toJid(),
      widToGroupJid: (wid: Wid) => wid.toJid(),
      widToNewsletterJid: (wid: Wid) => wid.toJid(),
      widToDeviceJid: (wid: Wid) => wid.toJid(),
    },
    WAWebJidToWid: {
      userJidToUserWid: (jid: string) => userWid(jid),
      deviceJidToUserWid: (jid: string) => userWid(jid),
      chatJidToChatWid: (jid: string) => toWid(jid),
      groupJidToWid: (jid: string) => toWid(jid),
      newsletterJidToWid: (jid: string) => toWid(jid),
    },
    WAWebEventEmitter: { default: EventEmitter },
    WAWebBaseModel: { BaseModel },
    WAWebCollection: { default: Collection },
    WAWebBaseCollection: { BaseCollection },
  };
}

const twoDigitCodes = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** Country calling code at the start of a number: 1 and 7 stand alone, the rest has two digits or else three. */
function findCC(number: string): string {
  if (/^[17]/.test(number)) return number.slice(0, 1);
  return number.slice(0, twoDigitCodes.test(number) ? 2 : 3);
}

/** A number as the page shows it. Those of North America are grouped as there, all others stay in one piece. */
function formattedPhoneNumber(jid: string): string {
  const number = jid.slice(0, jid.indexOf('@'));
  const code = findCC(number);
  const [, area, exchange, line] = /^1(\d{3})(\d{3})(\d{4})$/.exec(number) ?? [];
  return area ? `+1 (${area}) ${exchange}-${line}` : `+${code} ${number.slice(code.length)}`;
}
