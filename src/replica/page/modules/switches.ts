import type { Implementations } from '../loader/build-exports.ts';
import { stubFunction } from '../loader/stub.ts';
import { coolOffDays } from '../model/whats-new-nux.ts';
import { abProp, type Page } from '../shared/page.ts';

/** What WhatsApp turned on for this request, by number, as the html says it. */
interface RequestSwitches {
  gkxData: Record<string, { result: boolean }>;
  qexData: Record<string, { r: string | null }>;
}

/**
 * The modules by which code in the page reads what WhatsApp turned on: per request out of the html, per account out of AB props.
 */
export function switchModules(page: Page): Implementations {
  let read: RequestSwitches | undefined;
  const switches = () => {
    read ??= requestSwitches();
    return read;
  };
  // Real pages have thousands more: what those say is not known here.
  const unknown = (module: string, key: string) => (stubFunction(module, key, page.report) as () => never)();
  return {
    gkx: { default: (key: string) => switches().gkxData[key]?.result ?? unknown('gkx', key) },
    qex: { default: { _: (key: string) => (switches().qexData[key] ?? unknown('qex', key)).r } },
    WAWebABProps: { getABPropConfigValue: (name: string) => page.abProps[name] ?? unknown('WAWebABProps', name) },
    WAWebCommsGating: { isCommsInWorker: () => page.surface.behaviours.socketIn === 'worker' },
    WAWebWhatsNewGatingUtils: {
      isWhatsNewAutoModalEnabled: () => abProp(page, 'web_whats_new_auto_modal'),
      getWhatsNewAutoModalCooldownDays: () => coolOffDays,
    },
    WAWebWhatsNewNux: {
      createWhatsNewNux: () => page.whatsNew,
      shouldShowWhatsNewNux: () => page.whatsNew.shouldShow(),
    },
  };
}

function requestSwitches(): RequestSwitches {
  const all: RequestSwitches = { gkxData: {}, qexData: {} };
  for (const { textContent: text } of document.querySelectorAll('script[data-sjs]')) {
    if (!text?.includes('"gkxData"')) continue;
    const { require: calls } = JSON.parse(text) as { require: [string, string, null, [Partial<RequestSwitches>]][] };
    for (const [, , , [data]] of calls) {
      Object.assign(all.gkxData, data.gkxData);
      Object.assign(all.qexData, data.qexData);
    }
  }
  return all;
}
