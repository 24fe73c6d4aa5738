import { decodeB64, encodeB64 } from '../keys/bytes.ts';
import type { Lifecycle } from '../link/lifecycle.ts';
import type { Implementations } from '../loader/build-exports.ts';
import { devicePlatform, type Page } from '../shared/page.ts';

/** Keys and secrets of the QR, and linking by code. */
export function linkingModules(page: Page, lifecycle: Lifecycle): Implementations {
  const { profile } = page;
  const { pairingCode } = lifecycle;
  return {
    WABase64: {
      encodeB64,
      decodeB64,
      encodeB64UrlSafe: (bytes: Uint8Array) => urlSafe(encodeB64(bytes)),
      decodeB64UrlSafe: (text: string) => decodeB64(text.replaceAll('-', '+').replaceAll('_', '/')),
      isBase64: (text: string) => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
      sizeWhenB64Decoded: (text: string) => decodeB64(text).length,
    },
    WAWebCompanionRegClientUtils: {
      DEVICE_PLATFORM: devicePlatform,
      getCompanionWebClientFromBrowser: () => Number(devicePlatform),
    },
    WAWebAdvSignatureApi: {
      getADVSecretKey: () => Promise.resolve(profile.advSecret),
      generateADVSecretKey: () => {
        lifecycle.linking.renewAdvSecret();
        return Promise.resolve(profile.advSecret);
      },
    },
    WAWebLinkDeviceEvents: { WAWebLinkDeviceEvents: page.linkEvents },
    WAWebUserPrefsMultiDevice: {
      getADVSecretKey: () => profile.advSecret,
      advSecretEventEmitter: page.advSecretEvents,
      isRegistered: () => profile.isRegistered(),
    },
    WAWebUserPrefsInfoStore: {
      waNoiseInfo: { get: async () => ({ staticKeyPair: (await profile.keys()).noise }) },
    },
    WAWebSignalStoreApi: {
      waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: (await profile.keys()).identity }) },
    },
    WAWebAltDeviceLinkingApi: {
      setPairingType: (type: string) => pairingCode.setType(type),
      getPairingType: () => pairingCode.type,
      initializeAltDeviceLinking: () => pairingCode.initialize(),
      initializeQRLinking: () => pairingCode.backToQr(),
      startAltLinkingFlow: (phone: string, showNotification: boolean) => pairingCode.start(phone, showNotification),
      getCurrentRef: () => page.conn.ref,
      AltPairingStage: {
        NotStarted: 0,
        Initialized: 1,
        AfterSendCompanionHello: 2,
        AfterSendCompanionFinish: 3,
      },
    },
  };
}

function urlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
