import type { Behaviours } from '../../../contracts/surface.ts';
import { exportOf, type ModulesMap, modelsOf } from './modules.ts';

/** The behaviours that a page shows without a call of anything in it; what does not show is left out. */
export function observeBehaviours(modules: ModulesMap, document: Document): Partial<Behaviours> {
  return {
    ...usedFactories(modules),
    ...msgKeyTextField(modelsOf(modules, 'Msg')),
    ...mediaPrivateId(modelsOf(modules, 'Msg')),
    ...searchIcon(document),
    ...whatsNewDialog(document),
  };
}

function usedFactories(modules: ModulesMap): Pick<Behaviours, 'usedFactories'> | null {
  const ran = Object.values(modules).filter(({ factoryFinished }) => factoryFinished);
  if (ran.length === 0) return null;
  return { usedFactories: ran.some(({ factory }) => typeof factory === 'function') ? 'kept' : 'cleared' };
}

/** The own field of a message key that holds its whole text. */
function msgKeyTextField(messages: readonly object[]): Pick<Behaviours, 'msgKeyTextField'> | null {
  const key = (messages.at(-1) as { id?: object } | undefined)?.id;
  if (typeof key !== 'object' || key === null) return null;
  const texts = (['_serialized', '$1'] as const).filter(
    (field) => typeof Object.getOwnPropertyDescriptor(key, field)?.value === 'string',
  );
  const [field] = texts;
  return texts.length === 1 && field !== undefined ? { msgKeyTextField: field } : null;
}

function mediaPrivateId(messages: readonly object[]): Pick<Behaviours, 'mediaPrivateId'> | null {
  const media = messages.map((each) => (each as { mediaData?: unknown }).mediaData);
  const newest = media.findLast((each) => typeof each === 'object' && each !== null);
  if (newest === undefined) return null;
  const isShown = Object.getOwnPropertyDescriptor(newest, '__x_id')?.enumerable === true;
  return { mediaPrivateId: isShown ? 'enumerable' : 'hidden' };
}

/** The one icon for searching above the list of chats. */
function searchIcon(document: Document): Pick<Behaviours, 'searchIcon'> | null {
  const icons = [...document.querySelectorAll('#side [data-icon]')].map((each) => each.getAttribute('data-icon') ?? '');
  const [icon] = new Set(icons.filter((each) => /^search[a-z-]*$/.test(each)));
  return icon === undefined ? null : { searchIcon: icon };
}

/** A dialog that is not there may come with the next link: only one that is there tells something. */
function whatsNewDialog(document: Document): Pick<Behaviours, 'whatsNewDialog'> | null {
  const titles = [...document.querySelectorAll('[role=dialog]')].map(
    (each) => each.getAttribute('aria-label') ?? each.querySelector('h1')?.textContent ?? '',
  );
  return titles.some((each) => /^what.s new/i.test(each)) ? { whatsNewDialog: true } : null;
}

/**
 * Values of AB props under the keys of switches, `ab NAME` or `ab !NAME` for the opposite, as the page's own code reads them.
 *
 * @param keys of the switches that the data know
 */
export function observeProps(modules: ModulesMap, keys: readonly string[]): Record<string, string> {
  const read = exportOf(modules, 'WAWebABProps', 'getABPropConfigValue');
  if (typeof read !== 'function') return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const [, not, name] = /^ab (!?)(\w+)$/.exec(key) ?? [];
      const value: unknown = name === undefined ? undefined : read(name);
      return typeof value === 'boolean' ? [[key, String(value === (not === ''))]] : [];
    }),
  );
}
