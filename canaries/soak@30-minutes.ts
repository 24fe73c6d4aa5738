import { soak } from './soak.ts';

/** At the usual speed. */
export default soak('soak@30-minutes', 30, {});
