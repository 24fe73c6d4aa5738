import type { Need } from '../contracts/needs.ts';
import type { Parameters } from '../contracts/shape.ts';
import type { Behaviours, Surface } from '../contracts/surface.ts';
import { placeText } from './page-names.ts';

/** A behaviour that makes calls fail whose names and arguments are there. */
interface BrokenCall {
  places: readonly string[];
  isOn(behaviours: Behaviours): boolean;
  /** False for arguments that it does no harm to. */
  harms(args: Parameters | null): boolean;
  /** False where it depends on what the library does with what the call gives. */
  isCertain: boolean;
  why(build: string, args: Parameters | null): string;
}

const brokenCalls: readonly BrokenCall[] = [
  {
    places: ['WAWebDownloadManager.downloadManager.downloadAndMaybeDecrypt'],
    isOn: ({ downloadMimetype }) => downloadMimetype === 'checked',
    harms: (args) => args !== null && lacks(args, 'mimetype'),
    isCertain: true,
    why: (build, args) =>
      `The page of build ${build} refuses to download a file that it does not have yet, as one of a stranger, without mimetype; the library passes {${args?.[0]?.join(', ')}}.`,
  },
  {
    places: [
      'WAWebUploadManager.encryptAndUpload',
      'WAWebMediaMmsV4Upload.uploadMedia',
      'WAWebMediaMmsV4Upload.uploadUnencryptedMedia',
    ],
    isOn: ({ uploadIn }) => uploadIn === 'worker',
    harms: () => true,
    isCertain: true,
    why: (build) =>
      `The page of build ${build} uploads media in a worker, which never answers a page with injected code: the call does not return.`,
  },
  {
    places: ['WAWebPrepRawMedia.prepRawMedia'],
    isOn: ({ mediaPrivateId }) => mediaPrivateId === 'enumerable',
    harms: () => true,
    isCertain: false,
    why: (build) =>
      `The media data of build ${build} has a field __x_id: a message that takes over all fields of it loses its id and is not sent, unless the library removes that field (wwebjs/whatsapp-web.js#201922).`,
  },
];

/** Why a call does not work on a build in spite of its name and arguments; null where nothing is known against it. */
export function brokenCall(
  { places: [place], use, args }: Need,
  { behaviours, build }: Surface,
): { why: string; isCertain: boolean } | null {
  if (use !== 'call' || !place || place.by === 'raid') return null;
  const name = placeText(place);
  const broken = brokenCalls.find(
    ({ places, isOn, harms }) => places.includes(name) && isOn(behaviours) && harms(args),
  );
  return broken ? { why: broken.why(build, args), isCertain: broken.isCertain } : null;
}

/** True for calls that some behaviour breaks. */
export function mayBreak({ places: [place], use }: Need): boolean {
  return use === 'call' && place !== undefined && brokenCalls.some(({ places }) => places.includes(placeText(place)));
}

/** False also where the source does not show what is passed. */
function lacks([object]: Parameters, key: string): boolean {
  return object !== null && object !== undefined && !object.includes(key) && !object.includes('...');
}
