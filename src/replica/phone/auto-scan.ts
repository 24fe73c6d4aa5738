import type { ReplicaCore } from '../server/replica-core.ts';
import type { Phones } from './phones.ts';

/**
 * How long after a QR code was drawn a person has it in the camera, in milliseconds. A library that looks at the page a few times a
 * second has attached its listeners by then. [assumed]
 */
const scanAfterMs = 2_000;

/** Scans every QR code that a page shows with one phone. */
export function scanShownCodes(core: ReplicaCore, phones: Phones, phoneId: string): void {
  core.reportsQr = true;
  core.onEvent(({ type, detail }) => {
    if (type !== 'qr-shown') return;
    const { qr } = detail as { qr: string };
    // A refusal is an event of its own; the page shows its next code.
    core.later(scanAfterMs, () => void phones.scan(phoneId, qr).catch(() => {}));
  });
}
