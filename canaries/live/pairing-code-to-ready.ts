import pairingCodeToReady from '../pairing-code-to-ready.ts';

/** A person or a command types what is shown. */
export default { ...pairingCodeToReady, deadlineSeconds: 300 };
