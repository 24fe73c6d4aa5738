import { flow, linkByQr } from '../../src/runner/flow.ts';

/** A person or a command scans what is shown. */
export default flow('qr-to-ready', linkByQr, { deadlineSeconds: 300 });
